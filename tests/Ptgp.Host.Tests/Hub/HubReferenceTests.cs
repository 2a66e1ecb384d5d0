using Ptgp.Host.Hub;

namespace Ptgp.Host.Tests.Hub;

public sealed class HubReferenceTests
{
    [Theory]
    [InlineData("google/flan-t5-small", "google/flan-t5-small", "main")]
    [InlineData("gpt2", "gpt2", "main")]
    [InlineData("a/b@main", "a/b", "main")]
    [InlineData("a/b.c_d-e@refs/pr/1", "a/b.c_d-e", "refs/pr/1")]
    [InlineData("a/b@v1.0", "a/b", "v1.0")]
    public void NamesAndRevisionsAreRead(string text, string name, string revision)
    {
        Assert.True(HubReference.TryParse(text, out var reference));
        Assert.Equal(new(name, revision), reference);
        Assert.True(HubReference.TryParse(reference.ToString(), out var again));
        Assert.Equal(reference, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b/c")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("../a")]
    [InlineData("a/..")]
    [InlineData("a/b..c")]
    [InlineData("a--b/c")]
    [InlineData("a/b.")]
    [InlineData("a b/c")]
    [InlineData("a/b\n")]
    [InlineData("a/b@")]
    [InlineData("a/b@x y")]
    [InlineData("a/b@../x")]
    [InlineData("a/b@x//y")]
    [InlineData("a/b@x/")]
    [InlineData("a/b@c@d")]
    [InlineData("https://a/b")]
    public void WhatCouldLeadElsewhereIsNoReference(string text) => Assert.False(HubReference.TryParse(text, out _));
}
