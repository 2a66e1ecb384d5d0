namespace Ptgp.Toolkit.Speech;

/// <summary>Says where the next window begins when the times of words are known, and leaves out what was imagined.</summary>
/// <param name="marks">The vocabulary's marks.</param>
/// <param name="silence">From how many seconds of silence around it odd text counts as imagined; 0 keeps all.</param>
/// <param name="frames">How many frames the sound has.</param>
public sealed class WindowPace(SpeechMarks marks, double silence, int frames)
{
    /// <summary>Looks at a window.</summary>
    /// <param name="segments">Its segments, with words.</param>
    /// <param name="seek">Its first frame.</param>
    /// <param name="size">How many of its frames are sound.</param>
    /// <param name="next">Where its own times say that the next one begins.</param>
    /// <param name="isWhole">Whether they say that all of it is done.</param>
    /// <param name="spoken">When the last word before it ends.</param>
    /// <returns>The segments that stay, the next window's first frame, and whether this window is to be heard again from there.</returns>
    public (Segment[] Segments, int Next, bool IsPassed) Of(Segment[] segments, int seek, int size, int next, bool isWhole, double spoken)
    {
        var start = seek / marks.FramesPerSecond;
        var end = start + marks.Window;
        if (!isWhole && EndOf(segments) is { } last && last > start)
        {
            next = silence > 0 && end - last <= silence ? seek + size : At(last);
        }

        if (silence == 0)
        {
            return (segments, next, false);
        }

        // What is odd from the start on may be due to the silence before it.
        if (segments.FirstOrDefault(segment => segment.Words is { Count: > 0 }) is { } first && Hallucination.IsOdd(first) && first.Start - start > silence)
        {
            return ([], seek + At(first.Start - start), true);
        }

        var odd = Hallucination.Find(segments, (start, start + (size / marks.FramesPerSecond), end), spoken, silence);
        if (odd >= 0)
        {
            var left = (frames / marks.FramesPerSecond) - segments[odd].End;
            next = left < silence ? frames : At(Math.Max(start + 1, segments[odd].Start));
            segments = segments[..odd];
        }

        return (segments, next, false);
    }

    /// <summary>Gets when the last word of segments ends; without words when the last segment does.</summary>
    public static double? EndOf(IReadOnlyList<Segment> segments) =>
        segments.Reverse().SelectMany(segment => (segment.Words ?? []).Reverse()).FirstOrDefault()?.End ?? (segments is [.., var last] ? last.End : null);

    private int At(double seconds) => (int)Math.Round(seconds * marks.FramesPerSecond);
}
