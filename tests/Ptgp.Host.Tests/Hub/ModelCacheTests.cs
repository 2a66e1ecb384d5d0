using Ptgp.Host.Hub;

namespace Ptgp.Host.Tests.Hub;

public sealed class ModelCacheTests
{
    [Fact]
    public void TheCacheLiesWhereTheEnvironmentSays()
    {
        var root = Path.GetFullPath("/");
        Assert.Equal(Path.Combine(root, "work", "mine"), Of(("PTGP_CACHE", "mine"), ("XDG_CACHE_HOME", root)).Folder);
        Assert.Equal(Path.Combine(root, "shared", "ptgp"), Of(("XDG_CACHE_HOME", Path.Combine(root, "shared"))).Folder);
        Assert.Equal(Of().Folder, Of(("XDG_CACHE_HOME", "relative")).Folder); // the convention ignores relative ones
        Assert.True(Path.IsPathFullyQualified(Of().Folder));

        ModelCache Of(params (string Name, string Value)[] variables) => ModelCache.Of(variables.ToDictionary(pair => pair.Name, pair => pair.Value), Path.Combine(root, "work"));
    }

    [Fact]
    public void ARevisionIsWhatItWasWhenItWasPulled()
    {
        using var folder = new TemporaryFolder();
        var cache = new ModelCache(folder["cache"]);
        var (main, branch) = (new HubReference("us/tiny", "main"), new HubReference("us/tiny", "refs/pr/1"));
        Assert.Null(cache.Find(main));
        foreach (var (reference, digit) in ((HubReference, char)[])[(main, 'a'), (branch, 'b'), (main, 'c')])
        {
            var commit = new string(digit, 40);
            Directory.CreateDirectory(cache.FolderOf(reference.Name, commit));
            new PulledFolder { Path = cache.FolderOf(reference.Name, commit), Reference = reference, Commit = commit, Files = [], IsListed = true }.Save();
            cache.Remember(reference, commit);
        }

        Assert.Equal(new string('c', 40), cache.Find(main)!.Commit);
        Assert.Equal(new string('b', 40), cache.Find(branch)!.Commit);
        Assert.Equal(new string('a', 40), cache.Find(main with { Revision = new string('a', 40) })!.Commit);
        Assert.False(cache.IsCurrent(main, new string('a', 40)));
        Assert.Equal(3, cache.All.Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{ "name": "us/tiny", "revision": "main", "commit": "x", "listed": true, "files": [] }""")]
    [InlineData("""{ "name": "us/tiny", "revision": "main", "commit": "0123456789abcdef0123456789abcdef01234567", "listed": true, "files": [{ "name": "../x", "size": 1, "hash": "0123456789abcdef0123456789abcdef01234567" }] }""")]
    [InlineData("""{ "name": "us/tiny", "revision": "main", "commit": "0123456789abcdef0123456789abcdef01234567", "listed": true, "files": [{ "name": "x", "size": -1, "hash": "0123456789abcdef0123456789abcdef01234567" }] }""")]
    public void AListThatDoesNotHoldIsNone(string list)
    {
        using var folder = new TemporaryFolder();
        folder.Write(".ptgp-pull.json", list);
        Assert.Null(PulledFolder.Read(folder.Path));
    }
}
