using Ptgp.SpeechToText.Readers;

namespace Ptgp.SpeechToText.Tests.Readers;

public class TimedTextTests
{
    [Theory]
    [InlineData("<|0.00|> one<|0.50|>", "0-0.5 one")]
    [InlineData(" <|0.00|>one<|0.50|><|0.50|> two, three<|1.9|>", "0-0.5one 0.5-1.9 two, three")]
    [InlineData("<|0.00|> one<|0.50|><|0.72|>", "0-0.5 one")]
    [InlineData("<|0.00|> one", null)]
    [InlineData("<|0.00|> one<|0.50|> two<|0.80|>", null)]
    [InlineData("<|1.00|> one<|0.50|>", null)]
    [InlineData("<|0.00|><|0.50|>", null)]
    public void ItIsTakenApart(string text, string? expected)
    {
        Assert.True(TimedText.IsTimed(text));
        Assert.Equal(expected, TimedText.Read(text) is { } segments ? string.Join(' ', segments.Select(segment => FormattableString.Invariant($"{segment.Start}-{segment.End}{segment.Text}"))) : null);
    }

    [Theory, InlineData("one <|0.00|>"), InlineData("<|en|> one"), InlineData("")]
    public void OtherTextIsNotTimed(string text) => Assert.False(TimedText.IsTimed(text));
}
