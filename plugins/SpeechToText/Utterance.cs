using Ptgp.Toolkit.Audio;

namespace Ptgp.SpeechToText;

/// <summary>A recording, or a stretch of it, as one window to learn from.</summary>
/// <param name="Recording">The recording; what does not fit the window is cut off.</param>
/// <param name="Speed">How many times faster it is played.</param>
/// <param name="MarksTimes">Whether the backbone is to mark times, where they are known.</param>
/// <param name="IsTold">Whether it is told what was said before, where that is known.</param>
/// <param name="Lesson">What is said in it, where the times are known; null where only all that is said is.</param>
/// <param name="Before">The window before it in the same recording; null for none.</param>
internal sealed record Utterance(Recording Recording, double Speed, bool MarksTimes, bool IsTold, Lesson? Lesson = null, Lesson? Before = null)
{
    /// <summary>Makes the windows of a recording at each of its speeds. What is drawn is the same each time.</summary>
    /// <param name="recording">The recording.</param>
    /// <param name="options">The speeds, and how often times are marked and what came before is told.</param>
    /// <param name="window">How long a window is, in seconds.</param>
    public static IReadOnlyList<Utterance> Of(Recording recording, SpeechToTextOptions options, double window) =>
        [.. options.SpeedPerturbation.DefaultIfEmpty(1).SelectMany(speed => Of(recording, options, window * speed, speed))];

    private static IEnumerable<Utterance> Of(Recording recording, SpeechToTextOptions options, double window, double speed)
    {
        var seed = Seed($"{string.Join('/', recording.Audio.Split('/', '\\').TakeLast(3))} {recording.Start} {speed}");
        Lesson?[] lessons = recording.Known?.Segments is { Count: > 0 } segments ? [.. Lesson.Of(segments, window)] : [null];
        foreach (var (i, lesson) in lessons.Index())
        {
            var draw = SpecAugment.Chance(seed, i);
            var part = new Utterance(recording, speed, draw.NextDouble() < options.TimestampProbability, draw.NextDouble() < options.ConditionOnPrevProbability, lesson, i > 0 ? lessons[i - 1] : null);
            yield return lesson is null ? part : part with { Recording = Stretch(recording, lesson, part.MarksTimes) };
        }
    }

    // Without times nothing says that what is cut off at the end is not to be written, so it is not to be heard.
    private static Recording Stretch(Recording recording, Lesson lesson, bool marksTimes)
    {
        var start = (recording.Start ?? 0) + lesson.Start;
        return recording with { Start = start > 0 ? start : null, End = !marksTimes && lesson.Next is { } next ? start + next : recording.End };
    }

    // The same on every machine and in every run, as string.GetHashCode is not.
    private static int Seed(string text) => text.Aggregate(17, (all, letter) => unchecked((all * 31) + letter));
}
