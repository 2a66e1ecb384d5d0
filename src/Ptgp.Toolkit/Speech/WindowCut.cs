namespace Ptgp.Toolkit.Speech;

/// <summary>What was written of a window, cut at its times into segments, and how far the next window is away.</summary>
/// <param name="Segments">The segments: steps within the window and tokens, the times of both ends among them where they were written.</param>
/// <param name="Moves">How many frames the next window begins later.</param>
/// <param name="IsWhole">Whether nothing is said behind the last time, so that the whole window is done.</param>
public sealed record WindowCut(IReadOnlyList<(double Start, double End, IReadOnlyList<int> Ids)> Segments, int Moves, bool IsWhole)
{
    /// <summary>Cuts tokens.</summary>
    /// <param name="ids">What was written.</param>
    /// <param name="frames">How many frames of the window are sound.</param>
    /// <param name="marks">The vocabulary's marks.</param>
    public static WindowCut Of(IReadOnlyList<int> ids, int frames, SpeechMarks marks)
    {
        var isWhole = ids.Count > 1 && marks.IsTime(ids[^1]) && !marks.IsTime(ids[^2]);
        List<int> places = [.. Enumerable.Range(1, Math.Max(0, ids.Count - 1)).Where(at => marks.IsTime(ids[at - 1]) && marks.IsTime(ids[at]))];
        if (places.Count == 0)
        {
            // Without a pair all is one segment; a time within it says how far it goes.
            var last = ids.LastOrDefault(marks.IsTime);
            return new([(0, last > marks.Zero ? (last - marks.Zero) * marks.SecondsPerStep : frames / marks.FramesPerSecond, ids)], frames, isWhole);
        }

        if (isWhole)
        {
            places.Add(ids.Count);
        }

        var segments = places.Prepend(0).Zip(places, (from, to) => (ids[from], ids[to - 1], Ids: (IReadOnlyList<int>)[.. ids.Skip(from).Take(to - from)]))
            .Select(cut => ((cut.Item1 - marks.Zero) * marks.SecondsPerStep, (cut.Item2 - marks.Zero) * marks.SecondsPerStep, cut.Ids)).ToArray();
        // What is open at the end is heard again, from the last time on.
        return new(segments, isWhole ? frames : (ids[places[^1] - 1] - marks.Zero) * marks.FramesPerStep, isWhole);
    }

    /// <summary>Adds what is open at the end as a segment that reaches to the end of the sound, for a window that is not heard again.</summary>
    public WindowCut WithRest(IReadOnlyList<int> ids, int frames, SpeechMarks marks)
    {
        int[] rest = [.. ids.Skip(Segments.Sum(segment => segment.Ids.Count))];
        return rest.All(id => id >= marks.End)
            ? this
            : this with { Segments = [.. Segments, (marks.IsTime(rest[0]) ? (rest[0] - marks.Zero) * marks.SecondsPerStep : Segments[^1].End, frames / marks.FramesPerSecond, rest)] };
    }
}
