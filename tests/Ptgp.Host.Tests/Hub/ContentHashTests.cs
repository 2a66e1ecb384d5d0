using Ptgp.Host.Hub;

namespace Ptgp.Host.Tests.Hub;

public sealed class ContentHashTests
{
    // Git's own: echo hello | git hash-object --stdin; echo hello | sha256sum
    private const string OfGit = "ce013625030ba8dba906f756967f9e9ca394464a", OfSha256 = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";

    [Theory]
    [InlineData(OfGit)]
    [InlineData(OfSha256)]
    [InlineData($"\"{OfGit}\"")]
    [InlineData($"W/\"{OfSha256}\"")]
    public async Task ATagTellsAFileFromAnother(string tag)
    {
        using var folder = new TemporaryFolder();
        var hash = ContentHash.Parse(tag)!;
        Assert.True(await hash.FitsAsync(folder.Write("right", "hello\n"), TestContext.Current.CancellationToken));
        Assert.False(await hash.FitsAsync(folder.Write("wrong", "hallo\n"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("\"v1\"")]
    [InlineData("d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("zz013625030ba8dba906f756967f9e9ca394464a")]
    public void AnyOtherTagIsNoHash(string? tag) => Assert.Null(ContentHash.Parse(tag));
}
