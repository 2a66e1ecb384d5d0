using Ptgp.Backbone.Weights;

namespace Ptgp.Backbone.Tests.Weights;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void TheNewFileAppearsOnlyWhenItIsWhole()
    {
        File.WriteAllText(folder["a"], "old");
        AtomicFile.Write(folder["a"], stream =>
        {
            stream.Write("new"u8);
            Assert.Equal("old", File.ReadAllText(folder["a"]));
        });
        Assert.Equal("new", File.ReadAllText(folder["a"]));
        Assert.Equal(["a"], folder.Names);
    }

    [Fact]
    public void AFailureLeavesTheOldFileAndIsThrownOn()
    {
        File.WriteAllText(folder["a"], "old");
        Assert.Throws<OperationCanceledException>(() => AtomicFile.Write(folder["a"], stream =>
        {
            stream.Write("new"u8);
            throw new OperationCanceledException();
        }));
        Assert.Equal("old", File.ReadAllText(folder["a"]));
        Assert.Equal(["a"], folder.Names);
    }

    [Fact]
    public void AMissingFolderIsReported()
    {
        var path = Path.Combine(folder["missing"], "a");
        var fault = Assert.Throws<IOException>(() => AtomicFile.Write(path, stream => stream.WriteByte(1)));
        Assert.StartsWith($"'{path}' could not be written: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderInTheFilesPlaceIsReportedAndStays()
    {
        Directory.CreateDirectory(folder["a"]);
        var fault = Assert.Throws<IOException>(() => AtomicFile.Write(folder["a"], stream => stream.WriteByte(1)));
        Assert.StartsWith($"'{folder["a"]}' could not be written: ", fault.Message, StringComparison.Ordinal);
        Assert.Equal(["a"], folder.Names);
    }
}
