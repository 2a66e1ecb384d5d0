namespace Ptgp.SpeechToText;

/// <summary>What was written so far, as the next window is told it.</summary>
/// <param name="initial">The tokens that stand before all.</param>
/// <param name="most">How many tokens a window is told at most.</param>
/// <param name="carries">Whether every window is told the initial tokens.</param>
internal sealed class History(IReadOnlyList<int> initial, int most, bool carries)
{
    private readonly List<int> all = [.. initial];
    private int since;

    /// <summary>Gets what the next window is told.</summary>
    public IReadOnlyList<int> Prompt => carries
        ? [.. initial, .. Last(all.Skip(Math.Max(initial.Count, since)), most - initial.Count)]
        : [.. Last(all.Skip(since), most)];

    /// <summary>Adds what was written.</summary>
    public void Add(IEnumerable<int> ids) => all.AddRange(ids);

    /// <summary>Lets the windows to come know nothing of those before.</summary>
    public void Forget() => since = all.Count;

    // The reference tells all where no room is left, as a list's end from 0 on is the whole list: here nothing.
    private static IEnumerable<int> Last(IEnumerable<int> ids, int count) => ids.TakeLast(Math.Max(0, count));
}
