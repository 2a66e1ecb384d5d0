namespace Ptgp.Toolkit.Metrics;

/// <summary>Levenshtein's table of one reference and hypotheses of one length, computed near the diagonal alone, as Tercom does.</summary>
/// <remarks>Rows that a hypothesis shares with the one before it are not computed again.</remarks>
internal sealed class EditTable
{
    private const int Beam = 25, Infinity = 1 << 29;

    private readonly int[] expected;
    private readonly int[][] costs;
    private readonly Edit[][] edits;
    private readonly double ratio;
    private readonly int beam;
    private int[]? filled;

    public EditTable(int[] expected, int length)
    {
        this.expected = expected;
        ratio = length > 0 ? (double)expected.Length / length : 1;
        // Where lengths differ so much that neighbouring rows would not meet, the beam widens.
        beam = Beam < ratio / 2 ? (int)Math.Ceiling((ratio / 2) + Beam) : Beam;
        costs = [.. Enumerable.Range(0, length + 1).Select(_ => new int[expected.Length + 1])];
        edits = [.. Enumerable.Range(0, length + 1).Select(_ => new Edit[expected.Length + 1])];
        for (var j = 0; j <= expected.Length; j++)
        {
            (costs[0][j], edits[0][j]) = (j, Edit.Insert);
        }
    }

    private enum Edit : byte
    {
        None,
        Keep,
        Substitute,
        Insert,
        Delete,
    }

    /// <summary>Counts the fewest edits.</summary>
    public int Distance(int[] written)
    {
        var row = filled is null ? 0 : written.AsSpan().CommonPrefixLength(filled);
        for (; row < written.Length; row++)
        {
            Fill(row + 1, written[row], isLast: row + 1 == written.Length);
        }

        filled = written;
        return costs[written.Length][expected.Length];
    }

    /// <summary>Finds where each word of the reference stands in the hypothesis.</summary>
    public WordPlaces Alignment(int[] written)
    {
        Distance(written);
        var (i, j) = (written.Length, expected.Length);
        var places = new int[j];
        var (wrong, missing) = (new bool[i], new bool[j]);
        while (i > 0 || j > 0)
        {
            switch (edits[i][j])
            {
                case Edit.Insert:
                    j--;
                    (places[j], missing[j]) = (i - 1, true);
                    break;
                case Edit.Delete:
                    i--;
                    wrong[i] = true;
                    break;
                case var edit:
                    (i, j) = (i - 1, j - 1);
                    (places[j], wrong[i], missing[j]) = (i, edit == Edit.Substitute, edit == Edit.Substitute);
                    break;
            }
        }

        return new(places, wrong, missing);
    }

    private void Fill(int i, int word, bool isLast)
    {
        var (above, cost, edit) = (costs[i - 1], costs[i], edits[i]);
        Array.Fill(cost, Infinity);
        var diagonal = (int)Math.Floor(i * ratio);
        var end = isLast ? expected.Length + 1 : Math.Min(expected.Length + 1, diagonal + beam);
        for (var j = Math.Max(0, diagonal - beam); j < end; j++)
        {
            if (j == 0)
            {
                (cost[0], edit[0]) = (above[0] + 1, Edit.Delete);
                continue;
            }

            // Of equals, the first of these.
            var isKept = word == expected[j - 1];
            Take(above[j - 1] + (isKept ? 0 : 1), isKept ? Edit.Keep : Edit.Substitute);
            Take(above[j] + 1, Edit.Delete);
            Take(cost[j - 1] + 1, Edit.Insert);

            void Take(int price, Edit way)
            {
                if (price < cost[j])
                {
                    (cost[j], edit[j]) = (price, way);
                }
            }
        }
    }
}

/// <summary>Which words of a hypothesis stand for which of its reference.</summary>
internal sealed class WordPlaces(int[] places, bool[] wrong, bool[] missing)
{
    /// <summary>Gets where in the hypothesis a word of the reference stands; of one that is missing, the word before; −1 before the first.</summary>
    public int this[int place] => places[place];

    /// <summary>Tells whether any of these words of the hypothesis is wrong.</summary>
    public bool IsWrong(int start, int length) => wrong.AsSpan(start, length).Contains(true);

    /// <summary>Tells whether any of these words of the reference is missing.</summary>
    public bool IsMissing(int start, int length) => missing.AsSpan(start, length).Contains(true);
}
