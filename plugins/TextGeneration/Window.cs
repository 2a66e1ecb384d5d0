namespace Ptgp.TextGeneration;

/// <summary>A stretch of tokens.</summary>
/// <param name="Source">What is read, framed as the backbone wants it.</param>
/// <param name="Target">What follows it, and is learned or scored.</param>
internal sealed record Window(IReadOnlyList<int> Source, IReadOnlyList<int> Target)
{
    /// <summary>Cuts a sequence into windows whose targets are each token from the first target on, once.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="length">How many tokens a window holds.</param>
    /// <param name="stride">How many tokens a window goes on by, and so how much of it stands in the one before; below <paramref name="length"/>.</param>
    /// <param name="longestTarget">How many targets a window has at most.</param>
    /// <returns>A window or more; one without a target when there is none.</returns>
    public static IReadOnlyList<(Range Source, Range Target)> Over(Sequence sequence, int length, int stride, int longestTarget)
    {
        List<(Range, Range)> windows = [];
        var (all, from) = (sequence.Ids.Count, sequence.First);
        while (from < all)
        {
            // A prompt whose continuation fits is read whole.
            var begin = Math.Max(0, from + (windows.Count == 0 ? Math.Min(stride, all - from) : stride) - length);
            var end = (int)Math.Min(Math.Min(all, (long)begin + length), (long)from + longestTarget);
            windows.Add((begin..from, from..end));
            from = end;
        }

        return windows.Count > 0 ? windows : [(Math.Max(0, all - length)..all, all..all)];
    }
}

/// <summary>The tokens of a prompt and of what follows it.</summary>
/// <param name="Ids">All of them.</param>
/// <param name="First">Where what follows begins.</param>
internal sealed record Sequence(IReadOnlyList<int> Ids, int First);
