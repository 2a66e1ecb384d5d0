using CsCheck;
using Ptgp.Toolkit.Text;

namespace Ptgp.Toolkit.Tests.Text;

public class LongTextTests
{
    [Theory]
    [InlineData("One two. Three four.", 11, "One two.|Three four.")]
    [InlineData("One two three, four five six. Seven.", 20, "One two three,|four five six.|Seven.")]
    [InlineData("one two three four", 10, "one two|three four")]
    [InlineData("今日は晴れ、明日は雨です。", 8, "今日は晴れ、|明日は雨です。")]
    [InlineData("abcdefgh", 4, "abcd|efgh")]
    [InlineData("a 😀😀", 2, "a|😀|😀")]
    public void PiecesAreCutWhereItHurtsLeast(string text, int longest, string marked) =>
        Assert.Equal(marked.Split('|'), Pieces(text, longest));

    [Fact]
    public void PiecesFitAndAllOfTheTextIsInThem() =>
        Gen.Select(Gen.String[Gen.Char["abC ,.!\n。、"], 0, 80], Gen.Int[1, 12]).Sample((text, longest) =>
        {
            var pieces = Pieces(text, longest);
            Assert.All(pieces, piece => Assert.InRange(piece.Length, 1, longest));
            Assert.Equal(Bare(text), Bare(string.Concat(pieces)));
        });

    [Fact]
    public void JoinedPiecesAreTheTextAgain() =>
        Gen.Select(Gen.String[Gen.Char["abC ,.!\n"], 1, 80], Gen.Int[3, 12]).Sample((text, longest) =>
        {
            var ranges = LongText.Split(text, piece => piece.Length <= longest);

            // Where a word was cut, a space comes in; it would stand between two translations.
            var joined = LongText.Join(text, ranges, ranges.Select(range => text[range]));
            Assert.Equal(Bare(text), Bare(joined));
            Assert.True(joined == text.Trim() || ranges.Zip(ranges.Skip(1)).Any(pair => pair.First.End.Equals(pair.Second.Start)));
        });

    [Fact]
    public void ParagraphsStayApart()
    {
        const string text = "One.\n\nTwo.  Three.";
        Assert.Equal("Eins.\n\nZwei.  Drei.", LongText.Join(text, LongText.Split(text, piece => piece.Length < 7), ["Eins.", "Zwei.", "Drei."]));
    }

    [Fact]
    public void ScriptsWithoutSpacesGetNone()
    {
        Assert.Equal("一。二。", LongText.Join("One. Two.", [0..4, 5..9], ["一。", "二。"]));
        Assert.Equal("One. Two.", LongText.Join("一。二。", [0..2, 2..4], ["One.", "Two."]));
    }

    [Fact]
    public void LinesStayWhereTheyAreEvenIfNothingWasMadeOfOne()
    {
        List<int> places = [];
        Assert.Equal("Eins.\n\nDrei.", LongText.Join("One.\nTwo.\nThree.", [0..4, 5..9, 10..16], ["Eins.", "", "Drei."], places));
        Assert.Equal([0, 6, 7], places);
    }

    [Fact]
    public void WhatIsStillMissingIsLeftOut() => Assert.Equal("Eins.", LongText.Join("One. Two.", [0..4, 5..9], ["Eins."]));

    [Fact]
    public void AMegabyteWithoutASpaceIsCutInNoTime() =>
        Assert.All(Pieces(new string('x', 1 << 20), 1000), piece => Assert.InRange(piece.Length, 500, 1000));

    private static List<string> Pieces(string text, int longest) => [.. LongText.Split(text, piece => piece.Length <= longest).Select(range => text[range])];

    private static string Bare(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
}
