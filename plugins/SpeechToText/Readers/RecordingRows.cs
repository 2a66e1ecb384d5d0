using System.Globalization;
using System.Text.Json;
using Ptgp.Toolkit.Readers;
using Ptgp.Toolkit.Speech;

namespace Ptgp.SpeechToText.Readers;

/// <summary>A line or row for each recording. Paths are relative to the file that they stand in.</summary>
internal sealed class RecordingRows(DatasetFields fields, string format, Func<string, IEnumerable<DataRow>> read) : DatasetAdapter<Recording, Transcript>
{
    // More is told to no window: Whisper's are told 223 tokens.
    private const int LongestBefore = 1000;

    public override string Format => format;

    /// <remarks>A row of the same file as the last one, and from where that ends or later, is said after it.</remarks>
    public override IEnumerable<Example<Recording, Transcript>> Read(string path)
    {
        var folder = Path.GetDirectoryName(path) ?? "";
        (Recording? Before, string Said) last = default;
        foreach (var example in read(path).ToExamples(row => Example(row, folder)))
        {
            if (example.Fault is not null)
            {
                yield return example;
                continue;
            }

            var (input, output) = example;
            if (last.Before is { } before && before.Audio == input.Audio && before.End <= input.Start && input.Known is { Before: null } known)
            {
                var said = $"{before.Known?.Before} {last.Said}".Trim();
                input = input with { Known = known with { Before = said[^Math.Min(said.Length, LongestBefore)..] } };
            }

            last = (input, output.Text.Trim());
            yield return new(input, output);
        }
    }

    private Example<Recording, Transcript> Example(DataRow row, string folder)
    {
        if (row.Fields is ["1", "2", ..])
        {
            return SpeechToTextDatasets.Make(Path.Combine(folder, row.Get("1")), new() { Text = row.Get("2") });
        }

        var (start, language, segments) = (Number(row, "start") ?? Number(row, "offset"), row.Find("language") ?? row.Find("lang") ?? row.Find("locale"), Segments(row));
        var end = Number(row, "end") ?? (Number(row, "offset") is { } offset ? offset + Number(row, "duration") : null);
        if (end <= (start ?? 0) || start < 0)
        {
            throw row.Fault($"a recording must begin at 0 s or later and end after that, but goes from {start ?? 0} to {end} s.");
        }

        var text = segments is not null && fields.Texts.All(field => row.Find(field) is null) ? null : row.Get(fields.Texts);
        if (text is not null && TimedText.IsTimed(text))
        {
            segments ??= TimedText.Read(text) ?? throw row.Fault("a text with times must have one before and one behind each segment, the later not before the earlier: '<|0.00|> Hello.<|1.20|>'.");
            text = null;
        }

        var example = SpeechToTextDatasets.Make(Path.Combine(folder, row.Get(fields.Audios)), new() { Text = text ?? Lesson.Join(segments!, language), Segments = segments, Language = language }, row.Find("previous_text"));
        return example with { Input = example.Input with { Start = start, End = end, Prompt = row.Find("prompt") } };
    }

    private static double? Number(DataRow row, string field) => row.Find(field) is not { Length: > 0 } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value
        : throw row.Fault($"the field '{field}' must be a number of seconds, but is '{text}'.");

    private static IReadOnlyList<Segment>? Segments(DataRow row)
    {
        if (row is not JsonRow json || !(json.Element.TryGetProperty("segments", out var list) || json.Element.TryGetProperty("sentences", out list)) || list.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        try
        {
            return list.Deserialize<IReadOnlyList<Segment>>() is { } segments && Segment.AreTimed(segments) ? segments : throw Wrong(null);
        }
        catch (JsonException fault)
        {
            throw Wrong(fault);
        }

        InvalidDataException Wrong(JsonException? fault) =>
            new(row.Fault("the field 'segments' must be a list of objects with 'start', 'end' (in seconds, and not before it) and 'text', but is not.").Message, fault);
    }
}
