using CsCheck;

namespace Ptgp.Summarization.Tests;

public class PartsTests
{
    [Fact]
    public void PartsFitAreOfAboutTheSameLengthAndLoseNothing() => Gen.Int[1, 9].List[1, 40].Select(Gen.Int[6, 30]).Sample((lengths, most) =>
    {
        var text = string.Join(' ', lengths.Select((length, i) => $"S{i} " + string.Join(' ', Enumerable.Repeat("word", length)) + "."));
        var parts = Parts.Of(text, LengthOf, most, "en");
        Assert.Equal(text, string.Join(' ', parts.Select(part => text[part])));
        Assert.All(parts, part => Assert.InRange(LengthOf(text[part]), 1, most));
        if (lengths.TrueForAll(length => length + 3 <= most))
        {
            // Where no sentence had to be cut: greedily packed there would be no fewer.
            Assert.Equal(Greedy(lengths, most), parts.Count);
        }
    }, iter: 100);

    [Fact]
    public void ATextWithMoreTokensThanItsPiecesIsCutFurther()
    {
        // A token more for each word after the first: pieces do not add up.
        static int Superadditive(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length is var words && words > 4 ? 2 * words : words;
        var parts = Parts.Of("A b c. D e f. G h i. J k l.", Superadditive, 6, "en");
        Assert.Equal(4, parts.Count);
    }

    [Fact]
    public void NothingHasNoParts() => Assert.Empty(Parts.Of(" \n ", LengthOf, 4, null));

    // One token around, one a word.
    private static int LengthOf(string text) => 1 + text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;

    private static int Greedy(List<int> lengths, int most)
    {
        var (count, sum) = (1, 1);
        foreach (var length in lengths)
        {
            (count, sum) = sum + length + 1 <= most ? (count, sum + length + 1) : (count + 1, 1 + length + 1);
        }

        return count;
    }
}
