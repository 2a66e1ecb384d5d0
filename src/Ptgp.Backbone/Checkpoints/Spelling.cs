namespace Ptgp.Backbone;

/// <summary>Finds what someone probably meant.</summary>
internal static class Spelling
{
    // Of so many candidates that begin and end alike the distance is computed, which takes time.
    private const int Compared = 64;

    /// <summary>The name nearest to one that is not there; null when there are none.</summary>
    public static string? Nearest(string name, IEnumerable<string> known) => known
        .OrderByDescending(other => Alike(name, other)).ThenBy(other => other, StringComparer.Ordinal).Take(Compared)
        .MinBy(other => Distance(name, other));

    /// <summary>Counts the letters to insert, delete or replace that lead from one word to the other, case aside.</summary>
    public static int Distance(string first, string second)
    {
        var row = Enumerable.Range(0, second.Length + 1).ToArray();
        for (var i = 1; i <= first.Length; i++)
        {
            (var diagonal, row[0]) = (row[0], i);
            for (var j = 1; j <= second.Length; j++)
            {
                var replaced = diagonal + (char.ToUpperInvariant(first[i - 1]) == char.ToUpperInvariant(second[j - 1]) ? 0 : 1);
                (diagonal, row[j]) = (row[j], Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1])));
            }
        }

        return row[^1];
    }

    private static int Alike(string name, string other)
    {
        var start = name.AsSpan().CommonPrefixLength(other);
        var end = 0;
        while (end < Math.Min(name.Length, other.Length) - start && name[^(end + 1)] == other[^(end + 1)])
        {
            end++;
        }

        return start + end;
    }
}
