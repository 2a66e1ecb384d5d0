using System.Globalization;
using Ptgp.Toolkit.Speech;

namespace Ptgp.Toolkit.Subtitles;

/// <summary>Writes what is said as text, subtitles and tables: the files of openai-whisper. Lines end in a line feed on every system.</summary>
public static class SubtitleWriter
{
    /// <summary>Gets the formats: <c>txt</c>, <c>srt</c>, <c>vtt</c>, <c>tsv</c>.</summary>
    public static IReadOnlyList<string> Formats { get; } = ["txt", "srt", "vtt", "tsv"];

    /// <summary>Writes segments in one of <see cref="Formats"/>.</summary>
    /// <exception cref="FormatException">There is no such format, or the options do not fit the segments.</exception>
    public static string Write(IReadOnlyList<Segment> segments, string format, SubtitleOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(segments);
        var layout = Check(options ?? new(), segments);
        return format switch
        {
            "txt" => string.Concat(segments.Select(segment => segment.Text.Trim() + "\n")),
            "srt" => string.Concat(SubtitleCues.Of(segments, layout).Select((cue, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 1}\n{Times(cue, ',', true)}\n{cue.Text}\n\n"))),
            "vtt" => "WEBVTT\n\n" + string.Concat(SubtitleCues.Of(segments, layout).Select(cue => $"{Times(cue, '.', false)}\n{cue.Text}\n\n")),
            "tsv" => "start\tend\ttext\n" + string.Concat(segments.Select(segment =>
                string.Create(CultureInfo.InvariantCulture, $"{Milliseconds(segment.Start)}\t{Milliseconds(segment.End)}\t{segment.Text.Trim().Replace('\t', ' ')}\n"))),
            _ => throw new FormatException($"Segments must be written as {string.Join(", ", Formats)}, but are to be written as '{format}'."),
        };
    }

    private static SubtitleOptions Check(SubtitleOptions options, IReadOnlyList<Segment> segments)
    {
        int?[] numbers = [options.MaxLineWidth, options.MaxLineCount, options.MaxWordsPerLine];
        if (numbers.Any(number => number < 1))
        {
            throw new FormatException("The width and number of lines and the words of each must be at least 1.");
        }

        var hasTimes = segments is not [{ Words: null }, ..];
        return hasTimes || (!options.HighlightWords && numbers.All(number => number is null))
            ? options
            : throw new FormatException("Lines can be laid out, and words underlined, only where words have times, but this transcript has none. Ask for times of words.");
    }

    private static string Times(Cue cue, char point, bool hasHours) => $"{SubtitleCues.Time(cue.Start, point, hasHours)} --> {SubtitleCues.Time(cue.End, point, hasHours)}";

    private static long Milliseconds(double seconds) => (long)Math.Round(1000 * seconds);
}
