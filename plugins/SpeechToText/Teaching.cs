namespace Ptgp.SpeechToText;

/// <summary>What a backbone is taught to write of an utterance: what it is told, and what it is to say.</summary>
internal sealed class Teaching(IBackbone backbone, Marks marks, SpeechToTextOptions options)
{
    /// <summary>Makes the labels of an utterance. Those up to the last mark that steers are given and not learned.</summary>
    /// <returns>The labels; null where there is no text, or it does not fit.</returns>
    public Target? Of(Utterance part, Transcript output)
    {
        var language = marks.Languages.Count == 0 ? null : SpokenLanguage.Find(part.Recording.Language ?? output.Language ?? options.Language ?? "en", marks);
        var times = part.MarksTimes && output.Segments is { Count: > 0 } known ? Timed(known, part.Speed) : null;
        int[] said = [.. times ?? [marks.NoTimes, .. marks.Encode(output.Text)], marks.End];
        int[] beginning = marks.Beginning(language, options.Task);
        var room = backbone.MaxTargetLength - said.Length - beginning.Length;
        if (room < 0 || string.IsNullOrWhiteSpace(output.Text))
        {
            return null;
        }

        // What comes before the start token is fed in its place: the batch begins such rows with another one.
        IReadOnlyList<int> told = part.IsTold && part.Recording.Prompt is { Length: > 0 } prompt ? marks.Encode(prompt) : [];
        told = [.. told.TakeLast(Math.Min(room, (backbone.Description.MaxTargetLength / 2) - 1))];
        return Target.FromLabels(((int[])[.. told, .. told.Count > 0 ? beginning : beginning[1..], .. said]).Select(id => (long)id));
    }

    private List<int>? Timed(IReadOnlyList<Segment> segments, double speed)
    {
        List<int> ids = [];
        foreach (var segment in segments.Where(segment => !string.IsNullOrWhiteSpace(segment.Text)))
        {
            var (start, end) = (Step(segment.Start / speed), Step(segment.End / speed));
            if (end > marks.Steps || start >= end)
            {
                return null;
            }

            ids.AddRange([marks.Zero + start, .. marks.Encode(segment.Text), marks.Zero + end]);
        }

        return ids.Count > 0 ? ids : null;
    }

    private int Step(double seconds) => (int)Math.Round(seconds / marks.SecondsPerStep);
}
