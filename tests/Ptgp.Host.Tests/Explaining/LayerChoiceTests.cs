using Ptgp.Host.Explaining;

namespace Ptgp.Host.Tests.Explaining;

public sealed class LayerChoiceTests
{
    [Theory]
    [InlineData("all", new[] { 0, 1, 2, 3 })]
    [InlineData(" LAST ", new[] { 3 })]
    [InlineData("2", new[] { 2 })]
    [InlineData("0, 2-3", new[] { 0, 2, 3 })]
    [InlineData("3,1,1", new[] { 1, 3 })]
    [InlineData("2-9", new[] { 2, 3 })]
    [InlineData("7", new int[0])]
    public void LayersArePickedInOrder(string text, int[] layers) => Assert.Equal(layers, LayerChoice.Parse(text).Of(4));

    [Theory]
    [InlineData("")]
    [InlineData("first")]
    [InlineData("1,,2")]
    [InlineData("-1")]
    [InlineData("3-2")]
    [InlineData("1-2-3")]
    public void WhatIsNoChoiceIsRefused(string text)
    {
        var fault = Assert.Throws<UsageException>(() => LayerChoice.Parse(text));
        Assert.Equal($"--layers must be 'all', 'last', or numbers from 0 and ranges such as '0,2-4', but is '{text}'.", fault.Message);
    }
}
