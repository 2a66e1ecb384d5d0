using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ptgp.SpeechToText.Writers;

/// <summary>Writes transcripts as text, subtitles, tables and JSON: the files of openai-whisper. Lines end in a line feed on every system.</summary>
public static class TranscriptWriter
{
    private static readonly JsonSerializerOptions json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Gets the formats: <c>txt</c>, <c>srt</c>, <c>vtt</c>, <c>tsv</c>, <c>json</c>.</summary>
    public static IReadOnlyList<string> Formats { get; } = ["txt", "srt", "vtt", "tsv", "json"];

    /// <summary>Writes a transcript in one of <see cref="Formats"/>.</summary>
    /// <exception cref="FormatException">There is no such format, or the options do not fit the transcript.</exception>
    public static string Write(Transcript transcript, string format, SubtitleOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(transcript);
        var (segments, layout) = (transcript.Segments ?? [], Check(options ?? new(), transcript));
        return format switch
        {
            "txt" => string.Concat(segments.Select(segment => segment.Text.Trim() + "\n")),
            "srt" => string.Concat(Subtitles.Of(segments, layout).Select((cue, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 1}\n{Times(cue, ',', true)}\n{cue.Text}\n\n"))),
            "vtt" => "WEBVTT\n\n" + string.Concat(Subtitles.Of(segments, layout).Select(cue => $"{Times(cue, '.', false)}\n{cue.Text}\n\n")),
            "tsv" => "start\tend\ttext\n" + string.Concat(segments.Select(segment =>
                string.Create(CultureInfo.InvariantCulture, $"{Milliseconds(segment.Start)}\t{Milliseconds(segment.End)}\t{segment.Text.Trim().Replace('\t', ' ')}\n"))),
            "json" => JsonSerializer.Serialize(transcript, json),
            _ => throw new FormatException($"A transcript must be written as {string.Join(", ", Formats)}, but is to be written as '{format}'."),
        };
    }

    private static SubtitleOptions Check(SubtitleOptions options, Transcript transcript)
    {
        int?[] numbers = [options.MaxLineWidth, options.MaxLineCount, options.MaxWordsPerLine];
        if (numbers.Any(number => number < 1))
        {
            throw new FormatException("The width and number of lines and the words of each must be at least 1.");
        }

        var hasTimes = transcript.Segments is not [{ Words: null }, ..];
        return hasTimes || (!options.HighlightWords && numbers.All(number => number is null))
            ? options
            : throw new FormatException("Lines can be laid out, and words underlined, only where words have times, but this transcript has none. Ask for times of words.");
    }

    private static string Times(Cue cue, char point, bool hasHours) => $"{Subtitles.Time(cue.Start, point, hasHours)} --> {Subtitles.Time(cue.End, point, hasHours)}";

    private static long Milliseconds(double seconds) => (long)Math.Round(1000 * seconds);
}
