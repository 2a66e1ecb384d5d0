using Ptgp.Backbone.Weights;

namespace Ptgp.Backbone.Tests.Weights;

public sealed class AtomicFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ANewFolderIsMadeWithItsParents()
    {
        var path = Path.Combine(folder["parent"], "best");
        AtomicFolder.Write(path + Path.DirectorySeparatorChar, partial => File.WriteAllText(Path.Combine(partial, "a"), "new"));
        Assert.Equal("new", File.ReadAllText(Path.Combine(path, "a")));
        Assert.Equal(["best"], Directory.EnumerateFileSystemEntries(folder["parent"]).Select(Path.GetFileName));
    }

    [Fact]
    public void AFolderIsReplacedWithAllItHolds()
    {
        Fill("old", "a", "b");
        AtomicFolder.Write(folder["best"], partial =>
        {
            File.WriteAllText(Path.Combine(partial, "a"), "new");
            Directory.CreateDirectory(Path.Combine(partial, "inner"));
            File.WriteAllText(Path.Combine(partial, "inner", "c"), "new");
            Assert.Equal("old", File.ReadAllText(Path.Combine(folder["best"], "a")));
        });
        Assert.Equal("new", File.ReadAllText(Path.Combine(folder["best"], "a")));
        Assert.Equal("new", File.ReadAllText(Path.Combine(folder["best"], "inner", "c")));
        Assert.False(File.Exists(Path.Combine(folder["best"], "b")));
        Assert.Equal(["best"], folder.Names);
    }

    [Fact]
    public void AFullDiskLeavesTheOldFolderWhole()
    {
        Fill("old", "a", "b");
        var fault = Assert.Throws<IOException>(() => AtomicFolder.Write(folder["best"], partial =>
        {
            File.WriteAllText(Path.Combine(partial, "a"), "new");
            throw new IOException("No space left on device.");
        }));
        Assert.Equal($"'{folder["best"]}' could not be written: No space left on device. What was there before is untouched.", fault.Message);
        Assert.Equal("old", File.ReadAllText(Path.Combine(folder["best"], "a")));
        Assert.Equal("old", File.ReadAllText(Path.Combine(folder["best"], "b")));
        Assert.Equal(["best"], folder.Names);
    }

    [Fact]
    public void AFileInTheFoldersPlaceIsReportedAndStays()
    {
        File.WriteAllText(folder["best"], "old");
        Assert.Throws<IOException>(() => AtomicFolder.Write(folder["best"], partial => File.WriteAllText(Path.Combine(partial, "a"), "new")));
        Assert.Equal("old", File.ReadAllText(folder["best"]));
        Assert.Equal(["best"], folder.Names);
    }

    private void Fill(string content, params string[] names)
    {
        Directory.CreateDirectory(folder["best"]);
        foreach (var name in names)
        {
            File.WriteAllText(Path.Combine(folder["best"], name), content);
        }
    }
}
