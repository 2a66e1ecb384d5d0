using Ptgp.Backbone.Tokenization;
using Ptgp.Backbone.Tokenization.Patterns;
using Ptgp.Backbone.Tokenization.PreTokenizers;

namespace Ptgp.Backbone.Tests.Tokenization.PreTokenizers;

public class SplitPreTokenizerTests
{
    // The reference's own documentation explains its five behaviours with this text.
    [Theory]
    [InlineData(0, "the|final|countdown")]
    [InlineData(1, "the|-|final|-|-|countdown")]
    [InlineData(2, "the-|final-|-|countdown")]
    [InlineData(3, "the|-final|-|-countdown")]
    [InlineData(4, "the|-|final|--|countdown")]
    public void WhatIsFoundGoesWhereTheBehaviourSays(int splitting, string expected)
    {
        const string Text = "the-final--countdown";
        var words = new SplitPreTokenizer(new LiteralPattern("-"), (Splitting)splitting).Apply(Words.From(AlignedText.From(Text, 0, Text.Length)));
        Assert.Equal(expected.Split('|'), words.Ranges.Select(range => Text.Substring(range.Start, range.Length)));
    }

    [Fact]
    public void AnInvertedPatternKeepsWhatItFinds()
    {
        const string Text = "How are you?";
        var words = new SplitPreTokenizer(new WordPattern(), Splitting.Removed, isInverted: true).Apply(Words.From(AlignedText.From(Text, 0, Text.Length)));
        Assert.Equal(["How", "are", "you", "?"], words.Ranges.Select(range => Text.Substring(range.Start, range.Length)));
    }
}
