using Ptgp.Backbone.Tokenization.Models;

namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>All ways to cut one word into pieces. Made once and loaded with word after word.</summary>
/// <param name="trie">The pieces.</param>
/// <param name="scores">Their log-probabilities; negative infinity for those that are out.</param>
internal sealed class WordLattice(VocabularyTrie trie, double[] scores)
{
    /// <summary>The id of a character that no piece covers.</summary>
    public const int Unknown = -1;

    private const double UnknownPenalty = 10;

    private readonly List<(int Start, int End, int Id, double Score)> edges = [];
    private readonly double unknownScore = scores.Where(double.IsFinite).DefaultIfEmpty(0).Min() - UnknownPenalty;
    private double[] before = new double[64];
    private double[] behind = new double[64];
    private int[] best = new int[64];
    private int length;

    /// <summary>Loads a word.</summary>
    public void Load(ReadOnlySpan<char> word)
    {
        edges.Clear();
        length = word.Length;
        for (var start = 0; start < word.Length;)
        {
            var step = char.IsHighSurrogate(word[start]) && start + 1 < word.Length ? 2 : 1;
            var hasSingle = false;
            var node = VocabularyTrie.Root;
            for (var end = start; end < word.Length && (node = trie.Step(node, word[end])) >= 0; end++)
            {
                var id = trie.ValueAt(node);
                if (id >= 0 && !double.IsNegativeInfinity(scores[id]))
                {
                    edges.Add((start, end + 1, id, scores[id]));
                    hasSingle |= end + 1 - start == step;
                }
            }

            if (!hasSingle)
            {
                edges.Add((start, start + step, Unknown, unknownScore));
            }

            start += step;
        }

        if (before.Length <= length)
        {
            Array.Resize(ref before, 2 * length);
            Array.Resize(ref behind, 2 * length);
            Array.Resize(ref best, 2 * length);
        }
    }

    /// <summary>Adds to each piece how often it is expected in the word, over all ways to cut it by their probabilities.</summary>
    /// <param name="count">How often the word stands in the texts.</param>
    /// <param name="expected">Is added to, by id.</param>
    /// <returns>The word's log-probability.</returns>
    public double AddExpected(double count, double[] expected)
    {
        Array.Fill(before, double.NegativeInfinity, 0, length + 1);
        Array.Fill(behind, double.NegativeInfinity, 0, length + 1);
        (before[0], behind[length]) = (0, 0);
        foreach (var (start, end, _, score) in edges)
        {
            before[end] = AddLogs(before[end], before[start] + score);
        }

        for (var i = edges.Count - 1; i >= 0; i--)
        {
            var (start, end, _, score) = edges[i];
            behind[start] = AddLogs(behind[start], behind[end] + score);
        }

        foreach (var (start, end, id, score) in edges)
        {
            if (id >= 0)
            {
                expected[id] += count * Math.Exp(before[start] + score + behind[end] - before[length]);
            }
        }

        return before[length];
    }

    /// <summary>Finds the best way to cut the word.</summary>
    /// <param name="ids">Is filled with its pieces, in order.</param>
    /// <param name="withoutWhole">Whether the word may not be one piece.</param>
    /// <returns>Its log-probability; negative infinity when there is no way.</returns>
    public double Best(List<int> ids, bool withoutWhole = false)
    {
        Array.Fill(before, double.NegativeInfinity, 0, length + 1);
        before[0] = 0;
        for (var i = 0; i < edges.Count; i++)
        {
            var (start, end, _, score) = edges[i];
            if (before[start] + score > before[end] && !(withoutWhole && end - start == length))
            {
                (before[end], best[end]) = (before[start] + score, i);
            }
        }

        ids.Clear();
        for (var end = double.IsNegativeInfinity(before[length]) ? 0 : length; end > 0; end = edges[best[end]].Start)
        {
            ids.Add(edges[best[end]].Id);
        }

        ids.Reverse();
        return before[length];
    }

    private static double AddLogs(double one, double other)
    {
        var (more, less) = one > other ? (one, other) : (other, one);
        return double.IsNegativeInfinity(less) || more - less > 50 ? more : more + Math.Log(1 + Math.Exp(less - more));
    }
}
