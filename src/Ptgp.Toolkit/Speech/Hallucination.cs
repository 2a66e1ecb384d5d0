namespace Ptgp.Toolkit.Speech;

/// <summary>Finds text that was written where nobody speaks: words too short, too long or too unlikely, with silence around them.</summary>
public static class Hallucination
{
    private const string Punctuation = "\"'“¿([{-\"'.。,，!！?？:：”)]}、";
    private const int Looked = 8;

    /// <summary>Tells whether the words of a segment are odd.</summary>
    public static bool IsOdd(Segment? segment)
    {
        Word[] words = [.. (segment?.Words ?? []).Where(word => !Punctuation.Contains(word.Text, StringComparison.Ordinal)).Take(Looked)];
        var score = words.Sum(Oddness);
        return segment?.Words is { Count: > 0 } && (score >= 3 || score + 0.01 >= words.Length);
    }

    /// <summary>Finds the first segment that is odd and stands alone.</summary>
    /// <param name="segments">The segments of a window, with words.</param>
    /// <param name="window">When the window begins, when its sound ends, and when a whole one would, in seconds.</param>
    /// <param name="spoken">When the last word before it ends.</param>
    /// <param name="silence">From how many seconds on a pause is one.</param>
    /// <returns>Its place; −1 when there is none.</returns>
    public static int Find(IReadOnlyList<Segment> segments, (double Start, double SoundEnd, double End) window, double spoken, double silence)
    {
        for (var i = 0; i < segments.Count; i++)
        {
            var segment = segments[i];
            if (segment.Words is not { Count: > 0 })
            {
                continue;
            }

            if (IsOdd(segment))
            {
                var next = segments.Skip(i + 1).FirstOrDefault(other => other.Words is { Count: > 0 });
                var nextStart = next?.Words![0].Start ?? window.SoundEnd;
                var before = segment.Start - spoken > silence || segment.Start < silence || segment.Start - window.Start < 2;
                var after = nextStart - segment.End > silence || IsOdd(next) || window.End - segment.End < 2;
                if (before && after)
                {
                    return i;
                }
            }

            spoken = segment.End;
        }

        return -1;
    }

    private static double Oddness(Word word)
    {
        var duration = word.End - word.Start;
        return (word.Probability < 0.15 ? 1 : 0) + (duration < 0.133 ? (0.133 - duration) * 15 : 0) + Math.Max(0, duration - 2);
    }
}
