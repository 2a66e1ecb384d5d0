using CsCheck;
using Ptgp.Toolkit.Text;

namespace Ptgp.Toolkit.Tests.Text;

public class CodePointsTests
{
    [Theory]
    [InlineData("abc", 2, 2)]
    [InlineData("a👍b", 1, 1)]
    [InlineData("a👍b", 3, 2)]
    [InlineData("🇩🇪x", 4, 2)]
    [InlineData("\ud83dx", 1, 1)]
    public void APlaceIsCountedBothWays(string text, int utf16, int codePoints)
    {
        Assert.Equal(codePoints, CodePoints.FromUtf16(text, utf16));
        Assert.Equal(utf16, CodePoints.ToUtf16(text, codePoints));
    }

    [Fact]
    public void EveryBoundaryOfACodePointComesBack() => Gen.String.Sample(text =>
    {
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            Assert.Equal(at, CodePoints.ToUtf16(text, CodePoints.FromUtf16(text, at)));
            at += rune.Utf16SequenceLength;
        }

        Assert.Equal(text.EnumerateRunes().Count(), CodePoints.FromUtf16(text, text.Length));
    });

    [Fact]
    public void APlaceBeyondTheTextIsNone()
    {
        Assert.Null(CodePoints.ToUtf16("👍", 2));
        Assert.Null(CodePoints.ToUtf16("👍", -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => CodePoints.FromUtf16("👍", 3));
    }
}
