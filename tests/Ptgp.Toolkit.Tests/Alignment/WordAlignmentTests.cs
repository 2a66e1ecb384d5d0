using CsCheck;
using Ptgp.Toolkit.Alignment;
using Ptgp.Toolkit.Text;

namespace Ptgp.Toolkit.Tests.Alignment;

public class WordAlignmentTests
{
    // 'the cat.' is read as the| ca|t|.|end, and 'die Katze.' is written as die| Kat|ze|.
    private static readonly Range[] tokens = [0..3, 3..6, 6..7, 7..8, 0..0];
    private static readonly float[,] attention =
    {
        { 0.4f, 0.1f, 0.1f, 0, 0.4f },
        { 0.35f, 0.2f, 0.2f, 0.1f, 0.15f },
        { 0, 0.3f, 0.1f, 0.1f, 0.5f },
        { 0, 0, 0, 0.2f, 0.8f },
    };

    [Fact]
    public void AWordIsAlignedWithTheOneThatItsTokensLookedAtMost()
    {
        var pairs = WordAlignment.Of("the cat.", tokens, ["die", " Kat", "ze", "."], attention);
        Assert.Equal(["the-die", "cat-Katze", ".-."], pairs.Select(pair => $"{pair.Source}-{pair.Target}"));
        Assert.Equal((4, 7, 4, 9), (pairs[1].SourceStart, pairs[1].SourceEnd, pairs[1].TargetStart, pairs[1].TargetEnd));
        Assert.Equal([0.4 / 0.6, 0.8 / 1.35, 1], pairs.Select(pair => pair.Weight), (expected, weight) => Math.Abs(expected - weight) < 1e-6);
    }

    [Fact]
    public void AThresholdGivesAWordMoreThanOne() => Assert.Equal(
        ["the-die", "cat-die", "the-Katze", "cat-Katze", ".-."],
        WordAlignment.Of("the cat.", tokens, ["die", " Kat", "ze", "."], attention, 0.2).Select(pair => $"{pair.Source}-{pair.Target}"));

    [Fact]
    public void EveryWordWrittenIsAlignedWhateverTheAttention() =>
        Gen.Select(Gen.String[Gen.Char["ab ,語"], 0, 20], Gen.String[Gen.Char["ab ,語"], 0, 20], Gen.Int[0, 1000]).Sample((source, target, seed) =>
        {
            var random = new Random(seed);
            var attention = new float[target.Length, source.Length];
            for (var row = 0; row < target.Length; row++)
            {
                for (var column = 0; column < source.Length; column++)
                {
                    attention[row, column] = Math.Max(0, random.NextSingle() - 0.5f);
                }
            }

            Range[] tokens = [.. Enumerable.Range(0, source.Length).Select(at => at..(at + 1))];
            var pairs = WordAlignment.Of(source, tokens, [.. target.Select(c => c.ToString())], attention, 0.3);
            Assert.All(pairs, pair => Assert.Equal((pair.Source, pair.Target), (source[pair.SourceStart..pair.SourceEnd], target[pair.TargetStart..pair.TargetEnd])));
            Assert.All(pairs, pair => Assert.InRange(pair.Weight, 0, 1 + 1e-6));
            Assert.Equal(string.IsNullOrWhiteSpace(source) ? [] : Words.Of(target), pairs.Select(pair => pair.TargetStart..pair.TargetEnd).Distinct());
        });

    [Fact]
    public void MapsAreAveraged() => Assert.Equal(new float[,] { { 0.5f, 0.25f } }, WordAlignment.Mean([new float[,] { { 1, 0 } }, new float[,] { { 0, 0.5f } }]));
}
