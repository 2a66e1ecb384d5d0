using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ptgp.Toolkit.Readers;

namespace Ptgp.SpeechToText;

/// <summary>The formats that recordings with transcripts are read from. Sound files are opened when an example is used, not when it is read.</summary>
internal static class SpeechToTextDatasets
{
    // As published datasets and other toolkits call them.
    private static readonly string[] audioFields = ["audio", "audio_filepath", "audio_path", "file_name", "file", "path", "wav"];
    private static readonly string[] textFields = ["text", "transcription", "transcript", "sentence", "normalized_text"];
    private static readonly string[] extensions = [".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus"];

    public static IReadOnlyList<DatasetAdapter<Recording, Transcript>> All(DatasetFields fields) =>
    [
        new Folder(fields),
        new Rows(fields, "jsonl", JsonLinesFile.Read),
        new Rows(fields, "tsv", path => TsvFile.Read(path, row => IsHeader(fields, row))),
        new Rows(fields, "csv", path => CsvFile.Read(path)),
    ];

    private static string[] Audios(DatasetFields fields) => fields.Audio is { } field ? [field] : audioFields;

    private static string[] Texts(DatasetFields fields) => fields.Text is { } field ? [field] : textFields;

    // Without a header the first column names the file, and the second says what is said.
    private static bool IsHeader(DatasetFields fields, IReadOnlyList<string> row) =>
        Audios(fields).Intersect(row, StringComparer.OrdinalIgnoreCase).Any() && Texts(fields).Intersect(row, StringComparer.OrdinalIgnoreCase).Any();

    private static Example<Recording, Transcript> Make(string audio, string text, IReadOnlyList<Segment>? segments = null, string? language = null) =>
        new(new() { Audio = audio, Language = language }, new() { Text = text, Segments = segments, Language = language });

    /// <summary>A line or row for each recording. Paths are relative to the file that they stand in.</summary>
    private sealed class Rows(DatasetFields fields, string format, Func<string, IEnumerable<DataRow>> read) : DatasetAdapter<Recording, Transcript>
    {
        public override string Format => format;

        public override IEnumerable<Example<Recording, Transcript>> Read(string path)
        {
            var folder = Path.GetDirectoryName(path) ?? "";
            return read(path).ToExamples(row => Example(row, folder));
        }

        private Example<Recording, Transcript> Example(DataRow row, string folder)
        {
            if (row.Fields is ["1", "2", ..])
            {
                return Make(Path.Combine(folder, row.Get("1")), row.Get("2"));
            }

            var (start, segments) = (Number(row, "start") ?? Number(row, "offset"), Segments(row));
            var end = Number(row, "end") ?? (Number(row, "offset") is { } offset ? offset + Number(row, "duration") : null);
            if (end <= (start ?? 0) || start < 0)
            {
                throw row.Fault($"a recording must begin at 0 s or later and end after that, but goes from {start ?? 0} to {end} s.");
            }

            var text = segments is not null && Texts(fields).All(field => row.Find(field) is null) ? string.Concat(segments.Select(segment => segment.Text)).Trim() : row.Get(Texts(fields));
            var example = Make(Path.Combine(folder, row.Get(Audios(fields))), text, segments, row.Find("language") ?? row.Find("lang") ?? row.Find("locale"));
            return example with { Input = example.Input with { Start = start, End = end } };
        }

        private static double? Number(DataRow row, string field) => row.Find(field) is not { Length: > 0 } text ? null
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value
            : throw row.Fault($"the field '{field}' must be a number of seconds, but is '{text}'.");

        private static IReadOnlyList<Segment>? Segments(DataRow row)
        {
            if (row is not JsonRow json || !json.Element.TryGetProperty("segments", out var list) || list.ValueKind == JsonValueKind.Null)
            {
                return null;
            }

            try
            {
                return list.Deserialize<IReadOnlyList<Segment>>() is { } segments && segments.All(segment => segment.Start >= 0 && segment.End >= segment.Start) ? segments : throw Wrong(null);
            }
            catch (JsonException fault)
            {
                throw Wrong(fault);
            }

            InvalidDataException Wrong(JsonException? fault) =>
                new(row.Fault("the field 'segments' must be a list of objects with 'start', 'end' (in seconds, and not before it) and 'text', but is not.").Message, fault);
        }
    }

    /// <summary>
    /// A folder, with those in it, of sound files. What is said stands beside each: in a <c>.json</c> as this plugin writes it, with times, or in a <c>.txt</c>;
    /// for all of a folder in a <c>.trans.txt</c>, as LibriSpeech has it; or in its name.
    /// </summary>
    private sealed class Folder(DatasetFields fields) : DatasetAdapter<Recording, Transcript>
    {
        private readonly Regex? name = fields.FileName is { } pattern ? new(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)) : null;

        public override string Format => "audiofolder";

        public override bool Fits(string path) => Directory.Exists(path) && Files(path).Any();

        public override IEnumerable<Example<Recording, Transcript>> Read(string path)
        {
            if (!Directory.Exists(path) || !Files(path).Any())
            {
                throw new InvalidDataException($"{path}: a folder must hold sound files ({string.Join(", ", extensions)}), but holds none.");
            }

            return Files(path).Order(StringComparer.Ordinal).ToExamples(Example);
        }

        private static IEnumerable<string> Files(string folder) =>
            Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase));

        private Example<Recording, Transcript> Example(string audio)
        {
            var (json, text, stem) = (Path.ChangeExtension(audio, ".json"), Path.ChangeExtension(audio, ".txt"), Path.GetFileNameWithoutExtension(audio));
            if (name is not null)
            {
                var match = name.Match(Path.GetFileName(audio));
                var group = match.Groups["text"] is { Success: true } named ? named : match.Groups[1];
                return group.Success
                    ? Make(audio, fields.Words.GetValueOrDefault(group.Value, group.Value))
                    : throw new InvalidDataException($"{audio}: a file's name must say what is said where '{name}' has a group, but does not.");
            }

            if (File.Exists(json))
            {
                return Timed(audio, json);
            }

            return File.Exists(text) ? Make(audio, string.Join(' ', TextFile.Read(text).Select(line => line.Text.Trim()).Where(line => line.Length > 0)))
                : Directory.EnumerateFiles(Path.GetDirectoryName(audio)!, "*.trans.txt").SelectMany(TextFile.Read).Select(line => line.Text.Split(' ', 2)).FirstOrDefault(line => line[0] == stem) is [_, var said] ? Make(audio, said)
                : throw new InvalidDataException($"{audio}: what is said must stand beside it, in '{stem}.txt', '{stem}.json' or a '*.trans.txt', or in its name, but does not.");
        }

        private static Example<Recording, Transcript> Timed(string audio, string json)
        {
            try
            {
                using var file = File.OpenRead(json);
                var transcript = JsonSerializer.Deserialize<Transcript>(file) ?? throw new JsonException();
                return Make(audio, transcript.Text, transcript.Segments, transcript.Language);
            }
            catch (JsonException fault)
            {
                throw new InvalidDataException($"{json}: a transcript must be an object with 'text' and, where times are known, 'segments', but is not.", fault);
            }
        }
    }
}
