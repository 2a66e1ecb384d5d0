using Ptgp.SpeechToText.Readers;
using Ptgp.Toolkit.Readers;

namespace Ptgp.SpeechToText;

/// <summary>The formats that recordings with transcripts are read from. Sound files are opened when an example is used, not when it is read.</summary>
internal static class SpeechToTextDatasets
{
    public static IReadOnlyList<DatasetAdapter<Recording, Transcript>> All(DatasetFields fields) =>
    [
        new RecordingFolder(fields),
        new RecordingRows(fields, "jsonl", JsonLinesFile.Read),
        new RecordingRows(fields, "tsv", path => TsvFile.Read(path, fields.AreIn)),
        new RecordingRows(fields, "csv", path => CsvFile.Read(path)),
    ];

    /// <summary>Makes an example.</summary>
    /// <param name="audio">The path of the sound file.</param>
    /// <param name="output">What is said.</param>
    /// <param name="before">What was said before; null where that is not known.</param>
    public static Example<Recording, Transcript> Make(string audio, Transcript output, string? before = null) =>
        new(new() { Audio = audio, Language = output.Language, Known = new(output.Segments, before) }, output);
}
