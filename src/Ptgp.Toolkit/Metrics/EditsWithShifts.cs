namespace Ptgp.Toolkit.Metrics;

/// <summary>The fewest edits of words that turn a hypothesis into its reference, where a run of words may be shifted for the price of one. As Tercom and sacreBLEU look for them: greedily, and within limits.</summary>
internal sealed class EditsWithShifts
{
    // Tercom's limits, and sacreBLEU's on how many shifts are tried.
    private const int LongestShift = 10, FarthestShift = 50, MostCandidates = 1000;

    private readonly EditTable table;
    private readonly int[] expected;
    private int candidates;

    private EditsWithShifts(int[] expected, int length) => (this.expected, table) = (expected, new(expected, length));

    /// <summary>Counts edits and shifts.</summary>
    /// <param name="written">The words of the hypothesis, as numbers.</param>
    /// <param name="expected">Those of the reference.</param>
    public static int Count(int[] written, int[] expected)
    {
        if (expected.Length == 0)
        {
            return written.Length;
        }

        EditsWithShifts search = new(expected, written.Length);
        var shifts = 0;
        while (search.Shift(written) is { } shifted)
        {
            (written, shifts) = (shifted, shifts + 1);
        }

        return shifts + search.table.Distance(written);
    }

    // Makes the shift that saves most; null where none saves anything, or so many were tried that it is not worth it.
    private int[]? Shift(int[] written)
    {
        var before = table.Distance(written);
        var alignment = table.Alignment(written);
        (int Saved, int Length, int Start, int Target, int[] Words)? best = null;
        foreach (var (start, place, length) in SharedRuns(written))
        {
            // Words that stand right already, or at what is right already, are left alone, and so is a shift into itself.
            if (!alignment.IsWrong(start, length) || !alignment.IsMissing(place, length) || (alignment[place] >= start && alignment[place] < start + length))
            {
                continue;
            }

            var last = -1;
            for (var offset = -1; offset < length && place + offset < expected.Length; offset++)
            {
                var target = place + offset < 0 ? 0 : alignment[place + offset] + 1;
                if (target == last)
                {
                    continue;
                }

                last = target;
                var words = Shifted(written, start, length, target);
                var candidate = (Saved: before - table.Distance(words), length, start, target, words);
                candidates++;
                if (best is null || Rank(candidate).CompareTo(Rank(best.Value)) > 0)
                {
                    best = candidate;
                }
            }

            if (candidates >= MostCandidates)
            {
                return null;
            }
        }

        return best is { Saved: > 0 } found ? found.Words : null;

        // What saves most; of equals the longest, then the earliest, then the one that goes to the earliest place.
        static (int, int, int, int) Rank((int Saved, int Length, int Start, int Target, int[] Words) shift) => (shift.Saved, shift.Length, -shift.Start, -shift.Target);
    }

    private static int[] Shifted(int[] words, int start, int length, int target)
    {
        var run = words.AsSpan(start, length);
        int[] rest = [.. words.AsSpan(0, start), .. words.AsSpan(start + length)];
        // A target behind the run counts the run's own words.
        var at = Math.Min(target > start + length ? target - length : target, rest.Length);
        return [.. rest.AsSpan(0, at), .. run, .. rest.AsSpan(at)];
    }

    private IEnumerable<(int Start, int Place, int Length)> SharedRuns(int[] written)
    {
        for (var start = 0; start < written.Length; start++)
        {
            for (var place = Math.Max(0, start - FarthestShift); place < expected.Length && place <= start + FarthestShift; place++)
            {
                var most = Math.Min(LongestShift, Math.Min(written.Length - start, expected.Length - place));
                for (var length = 1; length <= most && written[start + length - 1] == expected[place + length - 1]; length++)
                {
                    yield return (start, place, length);
                }
            }
        }
    }
}
