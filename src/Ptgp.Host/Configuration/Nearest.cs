namespace Ptgp.Host.Configuration;

/// <summary>Finds what someone who mistyped a name probably meant.</summary>
internal static class Nearest
{
    /// <summary>Says <c>Did you mean 'x'?</c> when one of the names is near, else what names there are.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="known">What could have been.</param>
    /// <param name="none">What to say when there are no names at all.</param>
    public static string Hint(string name, IEnumerable<string> known, string none)
    {
        string[] names = [.. known];
        return names.Length == 0 ? none
            : Find(name, names) is { } nearest ? $"Did you mean '{nearest}'?"
            : $"Known here: {string.Join(", ", names)}.";
    }

    /// <summary>Finds the name nearest to what was written; null when none is near enough to be a slip.</summary>
    public static string? Find(string name, IEnumerable<string> known)
    {
        var nearest = known.Select(candidate => (candidate, distance: Distance(name, candidate))).OrderBy(pair => pair.distance).FirstOrDefault();
        return nearest.candidate is not null && nearest.distance <= Math.Max(2, nearest.candidate.Length / 3) && nearest.distance < nearest.candidate.Length
            ? nearest.candidate
            : null;
    }

    /// <summary>Counts the edits (insert, delete, replace, swap neighbours) that lead from one word to the other, case aside.</summary>
    public static int Distance(string from, string to)
    {
        from = from.ToUpperInvariant();
        to = to.ToUpperInvariant();
        var (before, last, row) = (new int[to.Length + 1], new int[to.Length + 1], new int[to.Length + 1]);
        for (var j = 0; j <= to.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= from.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replace = last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                row[j] = Math.Min(replace, 1 + Math.Min(last[j], row[j - 1]));
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            (before, last, row) = (last, row, before);
        }

        return last[to.Length];
    }
}
