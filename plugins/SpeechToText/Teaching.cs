using Ptgp.Toolkit.Speech;

namespace Ptgp.SpeechToText;

/// <summary>What a backbone is taught to write of an utterance: what it is told, and what it is to say.</summary>
internal sealed class Teaching(IBackbone backbone, SpeechMarks marks, SpeechToTextOptions options)
{
    /// <summary>Makes the labels of an utterance. Those up to the last mark that steers are given and not learned.</summary>
    /// <returns>The labels; null where there is no text, or it does not fit.</returns>
    public Target? Of(Utterance part, Transcript output)
    {
        var language = marks.Languages.Count == 0 ? null : SpokenLanguage.Find(part.Recording.Language ?? output.Language ?? options.Language ?? "en", marks);
        var text = part.Lesson is { } lesson ? Text(lesson) : output.Text;
        var times = part.MarksTimes ? Timed(part.Lesson?.Segments ?? output.Segments, part.Lesson?.Next, part.Speed) : null;
        int[] said = [.. times ?? [marks.NoTimes, .. marks.Encode(text)], marks.End];
        int[] beginning = marks.Beginning(language, options.Task);
        var room = backbone.MaxTargetLength - said.Length - beginning.Length;
        // What is heard after the lesson, and is not to be written, can only be learned by its time.
        var isCut = part.MarksTimes && times is null && part.Lesson?.Next is not null;
        if (room < 0 || isCut || string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        // What comes before the start token is fed in its place: the batch begins such rows with another one.
        int[] told = [.. Told(part, Text, times is not null).TakeLast(Math.Min(room, (backbone.Description.MaxTargetLength / 2) - 1))];
        return Target.FromLabels(((int[])[.. told, .. told.Length > 0 ? beginning : beginning[1..], .. said]).Select(id => (long)id));

        string Text(Lesson lesson) => Lesson.Join(lesson.Segments, SpokenLanguage.Code(language));
    }

    // A window is told what was written of the last one as it was written, with its times where times are marked.
    private IReadOnlyList<int> Told(Utterance part, Func<Lesson, string> text, bool marksTimes) =>
        !part.IsTold ? []
        : part.Before is { } before ? (marksTimes ? Timed(before.Segments, null, part.Speed) : null) ?? marks.Encode(text(before))
        : (part.Recording.Prompt ?? part.Recording.Known?.Before) is { Length: > 0 } said ? marks.Encode(said)
        : [];

    // Times never fall, also where segments overlap; what lasts no step cannot be marked.
    private List<int>? Timed(IReadOnlyList<Segment>? segments, double? next, double speed)
    {
        var (ids, last) = (new List<int>(), 0);
        foreach (var segment in (segments ?? []).Where(segment => !string.IsNullOrWhiteSpace(segment.Text)))
        {
            var (start, end) = (Math.Max(last, Step(segment.Start / speed)), Step(segment.End / speed));
            if (end > marks.Steps || start >= end)
            {
                return null;
            }

            ids.AddRange([marks.Zero + start, .. marks.Encode(segment.Text), marks.Zero + end]);
            last = end;
        }

        if (ids.Count > 0 && next is { } open)
        {
            ids.Add(marks.Zero + Math.Clamp(Step(open / speed), last, marks.Steps));
        }

        return ids.Count > 0 ? ids : null;
    }

    private int Step(double seconds) => (int)Math.Round(seconds / marks.SecondsPerStep);
}
