namespace Ptgp.Toolkit.Metrics;

/// <summary>What two sequences of words have in common, in order, with anything in between.</summary>
internal static class CommonSubsequence
{
    /// <summary>Gets the length of the longest common subsequence.</summary>
    public static int Length(List<string> first, List<string> second) => Table(first, second)[first.Count, second.Count];

    /// <summary>Counts the words of the expected sentences that stand in the longest common subsequence with any written sentence; no word counts more often than it was written, or is expected.</summary>
    public static int Union(IReadOnlyList<List<string>> expected, IReadOnlyList<List<string>> written)
    {
        var (expectedLeft, writtenLeft) = (Count(expected), Count(written));
        var hits = 0;
        foreach (var sentence in expected)
        {
            var places = new SortedSet<int>(written.SelectMany(other => Places(sentence, other)));
            foreach (var word in places.Select(place => sentence[place]).Where(word => expectedLeft[word] > 0 && writtenLeft.GetValueOrDefault(word) > 0))
            {
                (expectedLeft[word], writtenLeft[word], hits) = (expectedLeft[word] - 1, writtenLeft[word] - 1, hits + 1);
            }
        }

        return hits;
    }

    // Where in the first sequence the common words stand. Of several longest ones it is the one that the reference finds: walking back, the first sequence goes first on a tie.
    private static IEnumerable<int> Places(List<string> first, List<string> second)
    {
        var table = Table(first, second);
        var (i, j) = (first.Count, second.Count);
        while (i > 0 && j > 0)
        {
            if (first[i - 1] == second[j - 1])
            {
                (i, j) = (i - 1, j - 1);
                yield return i;
            }
            else if (table[i, j - 1] > table[i - 1, j])
            {
                j--;
            }
            else
            {
                i--;
            }
        }
    }

    // How long the longest one of each two beginnings is.
    private static int[,] Table(List<string> first, List<string> second)
    {
        var table = new int[first.Count + 1, second.Count + 1];
        for (var i = 1; i <= first.Count; i++)
        {
            for (var j = 1; j <= second.Count; j++)
            {
                table[i, j] = first[i - 1] == second[j - 1] ? table[i - 1, j - 1] + 1 : Math.Max(table[i - 1, j], table[i, j - 1]);
            }
        }

        return table;
    }

    private static Dictionary<string, int> Count(IEnumerable<List<string>> sentences) =>
        sentences.SelectMany(words => words).CountBy(word => word).ToDictionary();
}
