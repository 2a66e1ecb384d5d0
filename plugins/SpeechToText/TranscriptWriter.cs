using System.Text.Encodings.Web;
using System.Text.Json;
using Ptgp.Toolkit.Subtitles;

namespace Ptgp.SpeechToText;

/// <summary>Writes transcripts as text, subtitles, tables and JSON: the files of openai-whisper. Lines end in a line feed on every system.</summary>
public static class TranscriptWriter
{
    private static readonly JsonSerializerOptions json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Gets the formats: <c>txt</c>, <c>srt</c>, <c>vtt</c>, <c>tsv</c>, <c>json</c>.</summary>
    public static IReadOnlyList<string> Formats { get; } = [.. SubtitleWriter.Formats, "json"];

    /// <summary>Writes a transcript in one of <see cref="Formats"/>.</summary>
    /// <exception cref="FormatException">There is no such format, or the options do not fit the transcript.</exception>
    public static string Write(Transcript transcript, string format, SubtitleOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(transcript);
        return format == "json" ? JsonSerializer.Serialize(transcript, json)
            : Formats.Contains(format) ? SubtitleWriter.Write(transcript.Segments ?? [], format, options)
            : throw new FormatException($"A transcript must be written as {string.Join(", ", Formats)}, but is to be written as '{format}'.");
    }
}
