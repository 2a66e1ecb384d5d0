using CsCheck;
using Ptgp.Toolkit.Text;

namespace Ptgp.Translation.Tests;

public class PiecesTests
{
    private const string Text = "One two.  Three four five.\r\n\r\n  Six\nseven. Eight.\n";

    [Theory]
    [InlineData(true, false, 99, "One two.  Three four five.|Six|seven. Eight.")]
    [InlineData(true, true, 99, "One two.|Three four five.|Six|seven.|Eight.")]
    [InlineData(false, true, 99, "One two.|Three four five.|Six\nseven.|Eight.")]
    [InlineData(false, false, 99, Text)]
    [InlineData(true, false, 3, "One two.|Three four five.|Six|seven. Eight.")]
    [InlineData(false, false, 2, "One two.|Three four|five.|Six\nseven.|Eight.")]
    [InlineData(true, true, 2, "One two.|Three four|five.|Six|seven.|Eight.")]
    public void ATextIsCutAsTheOptionsSay(bool keepsLines, bool splitsSentences, int most, string pieces) =>
        Assert.Equal(pieces.Split('|'), Cut(Text, new() { KeepLines = keepsLines, SplitSentences = splitsSentences }, most));

    [Fact]
    public void ALineAloneIsLeftAsItIs() => Assert.Equal([" One two. "], Cut(" One two. ", new(), 99));

    [Fact]
    public void EachPieceIsTruncatedOrRefusedForItself()
    {
        Assert.Equal(["One", "Two three"], Cut("One\nTwo three", new() { Overlong = Overlong.Truncate }, 1));
        var fault = Assert.Throws<FormatException>(() => Cut("One\nTwo three", new() { Overlong = Overlong.Error }, 1));
        Assert.StartsWith("A text must have at most 1 tokens, but this one has 2.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NothingIsLostAndEachPieceFits() =>
        Gen.Select(Gen.String[Gen.Char["aB .\n\r。,"], 1, 60], Gen.Bool, Gen.Bool, Gen.Int[1, 9]).Sample((text, keepsLines, splitsSentences, most) =>
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                return;
            }

            var pieces = Pieces.Of(text, null, new() { KeepLines = keepsLines, SplitSentences = splitsSentences }, piece => piece.Trim().Length, most);
            var at = 0;
            foreach (var piece in pieces)
            {
                Assert.True(string.IsNullOrWhiteSpace(text[at..piece.Start]));
                Assert.InRange(text[piece].Trim().Length, 1, most);
                Assert.True(!keepsLines || text[piece].Trim().IndexOfAny(['\r', '\n']) < 0);
                at = piece.End.Value;
            }

            Assert.True(string.IsNullOrWhiteSpace(text[at..]));
        });

    [Fact]
    public void AMegabyteInALineIsCutWithFewCounts()
    {
        var counted = 0L;
        var pieces = Pieces.Of(new string('x', 1 << 20), null, new(), piece => { counted += piece.Length; return piece.Length; }, 512);
        Assert.All(pieces, piece => Assert.InRange(piece.End.Value - piece.Start.Value, 256, 512));
        Assert.InRange(counted, 1 << 20, 7 << 20);
    }

    private static IEnumerable<string> Cut(string text, TranslationOptions options, int most) =>
        Pieces.Of(text, "en", options, piece => piece.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, most).Select(piece => text[piece]);
}
