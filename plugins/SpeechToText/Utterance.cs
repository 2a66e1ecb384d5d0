namespace Ptgp.SpeechToText;

/// <summary>A recording as one window to learn from.</summary>
/// <param name="Recording">The recording; what does not fit the window is cut off.</param>
/// <param name="Speed">How many times faster it is played.</param>
/// <param name="MarksTimes">Whether the backbone is to mark times, where they are known.</param>
/// <param name="IsTold">Whether it is told what was said before, where that is known.</param>
internal sealed record Utterance(Recording Recording, double Speed, bool MarksTimes, bool IsTold)
{
    /// <summary>Makes the windows of a recording. What is drawn is the same each time.</summary>
    public static IReadOnlyList<Utterance> Of(Recording recording, SpeechToTextOptions options) => [.. options.SpeedPerturbation.DefaultIfEmpty(1).Select(speed =>
    {
        var draw = new Random(Seed($"{Path.GetFileName(recording.Audio)} {recording.Start} {speed}"));
        return new Utterance(recording, speed, draw.NextDouble() < options.TimestampProbability, draw.NextDouble() < options.ConditionOnPrevProbability);
    })];

    // The same on every machine and in every run, as string.GetHashCode is not.
    private static int Seed(string text) => text.Aggregate(17, (all, letter) => unchecked((all * 31) + letter));
}
