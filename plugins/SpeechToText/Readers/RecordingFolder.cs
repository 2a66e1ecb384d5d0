using System.Text.Json;
using System.Text.RegularExpressions;
using Ptgp.Toolkit.Readers;
using Ptgp.Toolkit.Speech;

namespace Ptgp.SpeechToText.Readers;

/// <summary>
/// A folder, with those in it, of sound files. What is said stands beside each: with times in a <c>.json</c> as this plugin writes it, a <c>.srt</c> or a <c>.vtt</c>, or in a <c>.txt</c>;
/// for all of a folder in a <c>.trans.txt</c>, as LibriSpeech has it; or in its name.
/// </summary>
internal sealed class RecordingFolder(DatasetFields fields) : DatasetAdapter<Recording, Transcript>
{
    private static readonly string[] extensions = [".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus"];

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
                ? SpeechToTextDatasets.Make(audio, new() { Text = fields.Words.GetValueOrDefault(group.Value, group.Value) })
                : throw new InvalidDataException($"{audio}: a file's name must say what is said where '{name}' has a group, but does not.");
        }

        if (File.Exists(json))
        {
            return Timed(audio, json);
        }

        if (Array.Find([Path.ChangeExtension(audio, ".srt"), Path.ChangeExtension(audio, ".vtt")], File.Exists) is { } subtitles)
        {
            var segments = SubtitleFile.Read(subtitles);
            return SpeechToTextDatasets.Make(audio, new() { Text = Lesson.Join(segments, null), Segments = segments });
        }

        return File.Exists(text) ? SpeechToTextDatasets.Make(audio, new() { Text = string.Join(' ', TextFile.Read(text).Select(line => line.Text.Trim()).Where(line => line.Length > 0)) })
            : Directory.EnumerateFiles(Path.GetDirectoryName(audio)!, "*.trans.txt").SelectMany(TextFile.Read).Select(line => line.Text.Split(' ', 2)).FirstOrDefault(line => line[0] == stem) is [_, var said] ? SpeechToTextDatasets.Make(audio, new() { Text = said })
            : throw new InvalidDataException($"{audio}: what is said must stand beside it, in '{stem}.txt', '{stem}.json', '{stem}.srt', '{stem}.vtt' or a '*.trans.txt', or in its name, but does not.");
    }

    private static Example<Recording, Transcript> Timed(string audio, string json)
    {
        try
        {
            using var file = File.OpenRead(json);
            var transcript = JsonSerializer.Deserialize<Transcript>(file) ?? throw new JsonException();
            return Segment.AreTimed(transcript.Segments ?? []) ? SpeechToTextDatasets.Make(audio, transcript) : throw new JsonException();
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{json}: a transcript must be an object with 'text' and, where times are known, 'segments' with 'start', 'end' (not before it) and 'text', but is not.", fault);
        }
    }
}
