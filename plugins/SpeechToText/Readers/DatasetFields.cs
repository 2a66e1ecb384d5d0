using Ptgp.Toolkit.Readers;

namespace Ptgp.SpeechToText;

/// <summary>Where a dataset has what is needed, where it is not called as usual.</summary>
internal sealed record DatasetFields
{
    // As published datasets and other toolkits call them.
    private static readonly string[] audioNames = ["audio", "audio.path", "audio_filepath", "audio_path", "file_name", "file", "path", "wav"];
    private static readonly string[] textNames = ["text", "transcription", "transcript", "sentence", "normalized_text"];

    /// <summary>Gets the field or column that names the sound file.</summary>
    public string? Audio { get; init; }

    /// <summary>Gets the field or column of what is said.</summary>
    public string? Text { get; init; }

    /// <summary>Gets a regular expression whose group <c>text</c>, or first group, is what is said in a file of a folder, found in its name.</summary>
    public string? FileName { get; init; }

    /// <summary>Gets what that stands for, such as <c>seven</c> for <c>7</c>.</summary>
    public IReadOnlyDictionary<string, string> Words { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the names that the sound file may stand under.</summary>
    public IReadOnlyList<string> Audios => Audio is { } given ? [given] : audioNames;

    /// <summary>Gets the names that what is said may stand under.</summary>
    public IReadOnlyList<string> Texts => Text is { } given ? [given] : textNames;

    /// <summary>Tells whether a table's first row names its columns. If not, the first column names the file, and the second says what is said.</summary>
    public bool AreIn(IReadOnlyList<string> row) =>
        Audios.Intersect(row, StringComparer.OrdinalIgnoreCase).Any() && Texts.Intersect(row, StringComparer.OrdinalIgnoreCase).Any();
}
