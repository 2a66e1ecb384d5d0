using Ptgp.Toolkit.Speech;

namespace Ptgp.SpeechToText;

/// <summary>A window of a recording whose times are known, as Whisper learns from long recordings: one begins where the last one had to stop.</summary>
/// <param name="Start">When it begins, in seconds from the recording's start.</param>
/// <param name="Segments">What is said in it from start to end, in seconds from its own start.</param>
/// <param name="Next">When what does not fit it any more begins, if it begins within it.</param>
internal sealed record Lesson(double Start, IReadOnlyList<Segment> Segments, double? Next)
{
    /// <summary>Joins the texts of segments: as they are where they bring the blanks between them along, else with one between them in languages that have any.</summary>
    public static string Join(IReadOnlyList<Segment> segments, string? language) =>
        string.Join(WordSplit.HasBlanks(language) && !segments.Skip(1).Any(segment => segment.Text.StartsWith(' ')) ? " " : "", segments.Select(segment => segment.Text)).Trim();

    /// <summary>Makes the windows of a recording. Segments that are longer than a window, and those without text, are left out.</summary>
    /// <param name="segments">All that is said, in seconds.</param>
    /// <param name="length">How long a window is, in seconds.</param>
    public static IEnumerable<Lesson> Of(IReadOnlyList<Segment> segments, double length)
    {
        Segment[] left = [.. segments.Where(segment => !string.IsNullOrWhiteSpace(segment.Text)).OrderBy(segment => segment.Start)];
        for (var start = 0.0; left.Length > 0; start = left is [var first, ..] ? first.Start : 0)
        {
            // A long pause before the first segment is left out too.
            start = left[0].End > start + length ? left[0].Start : start;
            var count = left.TakeWhile(segment => segment.End <= start + length).Count();
            if (count > 0)
            {
                double? next = left.Length > count && left[count].Start < start + length ? left[count].Start - start : null;
                yield return new(start, [.. left[..count].Select(segment => segment with { Start = segment.Start - start, End = segment.End - start })], next);
            }

            left = left[Math.Max(1, count)..];
        }
    }
}
