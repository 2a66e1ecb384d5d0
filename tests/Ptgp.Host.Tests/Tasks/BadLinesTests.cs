using Ptgp.Host.Tasks;

namespace Ptgp.Host.Tests.Tasks;

public class BadLinesTests
{
    private readonly Log log = new();

    [Fact]
    public void LinesThatAreNoExamplesAreLeftOutShownAndCountedOnce()
    {
        BadLines badLines = new(log);
        var read = badLines.LeaveOut([[Good(1), Bad(2), Good(3)], [.. Enumerable.Range(4, 9).Select(Bad), Good(13)]]);
        Assert.Equal([1, 3, 13], read.Select(example => example.Input));
        Assert.Equal([1, 3, 13], read.Select(example => example.Input));
        Assert.Equal(10, badLines.Count);
        Assert.Equal(["line 2", "line 4", "line 5", "line 6", "line 7", "10 lines of the data cannot be learned from and are left out. --strict stops at the first."], log.Warnings);
    }

    [Fact]
    public void AFileOfAnotherFormatIsAnError()
    {
        var read = new BadLines(log).LeaveOut([[Good(1)], [Bad(2), Bad(3)]]);
        Assert.Equal("line 2", Assert.Throws<InvalidDataException>(() => read.Count()).Message);
        // However long it is, and whatever comes after.
        var lines = 0;
        var longOne = new BadLines(log).LeaveOut<int, int>([Enumerable.Range(1, int.MaxValue - 1).Select(line => Bad(lines = line))]);
        Assert.Equal("line 1", Assert.Throws<InvalidDataException>(() => longOne.Count()).Message);
        Assert.Equal(100, lines);
    }

    [Fact]
    public void NothingIsSaidOfDataWithoutFault()
    {
        BadLines badLines = new(log);
        Assert.Equal(2, badLines.LeaveOut([[Good(1)], [], [Good(2)]]).Count());
        Assert.Empty(log.Warnings);
    }

    private static Example<int, int> Good(int line) => new(line, line);

    private static Example<int, int> Bad(int line) => Example.Bad<int, int>(new($"line {line}"));

    private sealed class Log : IConsoleLog
    {
        public List<string> Warnings { get; } = [];

        public void Status(string message)
        {
        }

        public void Warn(string message) => Warnings.Add(message);

        public void Detail(string message)
        {
        }
    }
}
