using Ptgp.Backbone.Tokenization.Models;
using Ptgp.Backbone.Tokenization.Training;

namespace Ptgp.Backbone.Tests.Tokenization.Training;

public class WordLatticeTests
{
    private static readonly string[] pieces = ["a", "b", "ab", "ba", "aba", "bb", "x"];
    private static readonly double[] scores = [-1.5, -2, -2.25, -3, -4.5, -2.75, double.NegativeInfinity];

    [Theory]
    [InlineData("a")]
    [InlineData("ab")]
    [InlineData("abba")]
    [InlineData("ababab")]
    [InlineData("a𝄞b")]
    [InlineData("axb")]
    public void ItEqualsGoingThroughAllWaysToCut(string word)
    {
        var lattice = Lattice();
        lattice.Load(word);
        var ways = Ways(word).ToList();
        var expected = new double[pieces.Length];
        var sum = ways.Sum(way => Math.Exp(way.Score));
        Assert.Equal(Math.Log(sum), lattice.AddExpected(3, expected), 1e-9);
        for (var id = 0; id < pieces.Length; id++)
        {
            Assert.Equal(ways.Sum(way => 3 * Math.Exp(way.Score) / sum * way.Ids.Count(other => other == id)), expected[id], 1e-9);
        }

        List<int> ids = [];
        var best = ways.MaxBy(way => way.Score);
        Assert.Equal((best.Score, string.Join(' ', best.Ids)), (lattice.Best(ids), string.Join(' ', ids)));
        var others = ways.Where(way => way.Ids.Count > 1).ToList();
        Assert.Equal(others.Count == 0 ? double.NegativeInfinity : others.Max(way => way.Score), lattice.Best(ids, withoutWhole: true));
    }

    [Fact]
    public void AVeryLongWordHasAFiniteProbability()
    {
        var lattice = Lattice();
        lattice.Load(string.Concat(Enumerable.Repeat("ab", 5000)));
        var expected = new double[pieces.Length];
        Assert.True(double.IsFinite(lattice.AddExpected(1, expected)));
        Assert.Equal(10_000, expected.Zip(pieces).Sum(piece => piece.First * piece.Second.Length), 1e-4);
    }

    private static WordLattice Lattice()
    {
        var trie = new VocabularyTrie();
        for (var id = 0; id < pieces.Length; id++)
        {
            trie.Add(pieces[id], id);
        }

        return new(trie, scores);
    }

    // Halves of the one character beyond U+FFFF are never apart.
    private static IEnumerable<(double Score, List<int> Ids)> Ways(string word)
    {
        if (word.Length == 0)
        {
            yield return (0, []);
            yield break;
        }

        var single = char.IsHighSurrogate(word[0]) ? 2 : 1;
        var first = Enumerable.Range(0, pieces.Length).Where(id => double.IsFinite(scores[id]) && word.StartsWith(pieces[id], StringComparison.Ordinal)).Select(id => (Id: id, pieces[id].Length, Score: scores[id])).ToList();
        if (!first.Exists(piece => piece.Length == single))
        {
            first.Add((WordLattice.Unknown, single, scores.Where(double.IsFinite).Min() - 10));
        }

        foreach (var piece in first)
        {
            foreach (var (score, ids) in Ways(word[piece.Length..]))
            {
                yield return (piece.Score + score, [piece.Id, .. ids]);
            }
        }
    }
}
