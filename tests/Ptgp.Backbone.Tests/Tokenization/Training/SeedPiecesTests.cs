using Ptgp.Backbone.Tokenization.Training;

namespace Ptgp.Backbone.Tests.Tokenization.Training;

public class SeedPiecesTests
{
    [Theory]
    [InlineData(1, 16)]
    [InlineData(2, 16)]
    [InlineData(3, 3)]
    public void TheyAreWhatStandsTwiceAndGoesOnInTwoWays(int seed, int longest)
    {
        var random = new Random(seed);
        var words = Enumerable.Range(0, 60).Select(_ => "▁" + string.Concat(Enumerable.Range(0, random.Next(7)).Select(_ => "abc,"[random.Next(4)]))).Distinct().Order(StringComparer.Ordinal)
            .Select(text => random.Next(1, 4) is var count ? new WordCount(text, count, random.Next(count + 1)) : default).ToList();
        var rule = new PieceRule(longest);
        var found = SeedPieces.Find(words, rule, int.MaxValue, TestContext.Current.CancellationToken);

        // Written down anew: the texts' words one behind the other, and of each stretch what comes next.
        var next = new Dictionary<string, (long Count, HashSet<char> Next)>();
        foreach (var word in words)
        {
            foreach (var (count, behind) in new[] { (word.AtEnd, '\0'), (word.Count - word.AtEnd, '▁') }.Where(way => way.Item1 > 0))
            {
                var whole = word.Text + behind;
                for (var start = 0; start < word.Text.Length; start++)
                {
                    for (var end = start + 2; end < whole.Length; end++)
                    {
                        var known = next.GetValueOrDefault(whole[start..end], (0, []));
                        next[whole[start..end]] = (known.Count + count, [.. known.Next, whole[end]]);
                    }
                }
            }
        }

        var expected = next.Where(piece => piece.Value.Next.Count > 1 && rule.Allows(piece.Key)).Select(piece => (piece.Key, piece.Value.Count * piece.Key.Length)).Order();
        Assert.Equal(expected, found.Order());
        Assert.True(found.Zip(found.Skip(1)).All(two => two.First.Covered >= two.Second.Covered));
    }

    [Theory]
    [InlineData("▁word", true)]
    [InlineData("wo▁rd", false)]
    [InlineData("word.", false)]
    [InlineData("...", true)]
    [InlineData("wörd", true)]
    [InlineData("wo\u0308rd", true)]
    [InlineData("wордd", false)]
    [InlineData("日本語のテキスト", true)]
    [InlineData("a1", false)]
    [InlineData("1984", true)]
    [InlineData("12345678901234567", false)]
    [InlineData("", false)]
    public void APieceIsOfOneScript(string text, bool isAllowed)
    {
        Assert.Equal(isAllowed, new PieceRule(16).Allows(text));
        Assert.Equal(isAllowed, new PieceRule(16).Allows([.. text.EnumerateRunes().Select(rune => rune.Value)]));
    }
}
