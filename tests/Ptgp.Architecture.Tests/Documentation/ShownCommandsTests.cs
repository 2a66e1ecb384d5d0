using System.Text.RegularExpressions;
using Ptgp.Host;
using Ptgp.Host.Commands;
using Ptgp.Host.Configuration;
using Ptgp.Host.Tasks;
using Ptgp.Tests;

namespace Ptgp.Architecture.Tests.Documentation;

/// <summary>Every <c>ptgp</c> line that the pages show is one that the command line takes.</summary>
public sealed partial class ShownCommandsTests
{
    public static TheoryData<string, string> Lines =>
    [
        .. from page in Pages.All
           from fence in Fences().Matches(File.ReadAllText(Path.Combine(Repository.Root, page)))
           from line in fence.Groups["text"].Value.Split('\n')
           where Command().IsMatch(line)
           select new TheoryDataRow<string, string>(page, line),
    ];

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task TheCommandLineTakes(string page, string line)
    {
        var words = Words().Matches(Command().Match(line).Groups["rest"].Value).Select(word => word.Value).TakeWhile(word => word is not ("#" or "|" or ">")).ToList();
        var help = await HelpAsync(words.TakeWhile(word => char.IsAsciiLetterLower(word[0]) && word.All(char.IsAsciiLetterLower)).Take(2));
        Assert.True(Regex.IsMatch(help, $@"Usage:\s+\S+ {words[0]}\b"), $"{page} shows '{line}', but there is no command {words[0]}:\n{help}");
        foreach (var option in words.Where(word => word.StartsWith("--", StringComparison.Ordinal)))
        {
            Assert.True(help.Contains($" {option} ", StringComparison.Ordinal) || help.Contains($" {option}\n", StringComparison.Ordinal), $"{page} shows '{line}', but there is no {option}:\n{help}");
        }
    }

    private static async Task<string> HelpAsync(IEnumerable<string> command)
    {
        using StringWriter output = new(), error = new();
        CommandContext context = new() { Parts = new NoParts(), In = Stream.Null, Out = output, Error = error, Log = new ConsoleLog(error, isVerbose: false) };
        Assert.True(await CommandLine.RunAsync([.. command, "--help"], context, TestContext.Current.CancellationToken) == 0, error.ToString());
        return output.ToString().Replace("\r", "", StringComparison.Ordinal);
    }

    [GeneratedRegex("^```sh\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fences();

    [GeneratedRegex("^(?:echo .* \\| )?(?:ptgp|dotnet run -c Release --project src/Ptgp.Host --) (?<rest>.*)$")]
    private static partial Regex Command();

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Words();

    private sealed class NoParts : IHostParts
    {
        public IReadOnlyCollection<string> FindPlugins(HostConfiguration configuration) => [];

        public ITaskHost CreateTaskHost(HostConfiguration configuration, IConsoleLog log) => throw new InvalidOperationException("Help opens no task.");
    }
}
