using System.Text.Json;
using Ptgp.Toolkit.Readers;

namespace Ptgp.Host.Scoring;

/// <summary>Reads files of predictions and references that belong together line by line: of plain text, or of JSON objects (<c>.jsonl</c>) as the commands write them.</summary>
internal static class ScoredFiles
{
    /// <summary>Reads predictions with what was expected.</summary>
    /// <param name="predictions">A file of a text a line, or of JSON objects with <c>text</c> or <c>answer</c>, or with <c>predicted</c> and <c>expected</c> as <c>ptgp evaluate --predictions</c> writes them.</param>
    /// <param name="references">Files whose lines hold a reference each; none where the predictions bring their own.</param>
    /// <exception cref="UserException">They do not belong together, or a line is not what it must be; the message says where.</exception>
    public static IReadOnlyList<ScoredText> Read(string predictions, IReadOnlyList<string> references) => Reading<IReadOnlyList<ScoredText>>(() =>
    {
        var written = Lines(predictions, Prediction).ToList();
        if (references.Count == 0)
        {
            return written.Count == 0 || written.Exists(line => line.Expected is null)
                ? throw new UsageException($"Predictions must come with what was expected, but '{predictions}' has no field 'expected' and no --references are given. Name the file of references, or a file that 'ptgp evaluate --predictions' wrote.")
                : [.. written.Select(line => new ScoredText(line.Predicted, line.Expected!, line.NoAnswer) { IsAnswer = line.IsAnswer })];
        }

        List<IReadOnlyList<string>>[] streams = [.. references.Select(path => Lines(path, Reference).ToList())];
        foreach (var (path, lines) in references.Zip(streams))
        {
            if (lines.Count != written.Count)
            {
                throw new UserException($"Predictions and references must have as many lines, but '{predictions}' has {written.Count} and '{path}' has {lines.Count}.");
            }
        }

        return [.. written.Select((line, number) => new ScoredText(line.Predicted, [.. streams.SelectMany(lines => lines[number])], line.NoAnswer) { IsAnswer = line.IsAnswer })];
    });

    /// <summary>Reads files, whose faults are the user's.</summary>
    /// <exception cref="UserException">A file cannot be read, or is not what it must be.</exception>
    internal static T Reading<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException fault)
        {
            throw new UserException(fault.Message, fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"A file to be scored must be readable, but: {fault.Message}", fault);
        }
    }

    private static IEnumerable<T> Lines<T>(string path, Func<JsonRow?, TextLine, T> read) => Path.GetExtension(path).ToUpperInvariant() is ".JSONL" or ".NDJSON"
        ? JsonLinesFile.Read(path).Select(row => read(row, default))
        : TextFile.Read(path).Select(line => read(null, line));

    private static (string Predicted, IReadOnlyList<string>? Expected, double NoAnswer, bool IsAnswer) Prediction(JsonRow? row, TextLine line)
    {
        if (row is null)
        {
            return (line.Text, null, 0, false);
        }

        var answer = row.Element.TryGetProperty("predicted", out var predicted) ? predicted : row.Element;
        var silence = answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("noAnswerProbability", out var chance) && chance.ValueKind == JsonValueKind.Number ? chance.GetDouble() : 0;
        var isAnswer = answer.ValueKind == JsonValueKind.Object && !answer.TryGetProperty("text", out _) && answer.TryGetProperty("answer", out _);
        return (One(row, answer), row.Element.TryGetProperty("expected", out var expected) ? All(row, expected) : null, silence, isAnswer);
    }

    private static IReadOnlyList<string> Reference(JsonRow? row, TextLine line) => row is null ? [line.Text] : All(row, row.Element.TryGetProperty("expected", out var expected) ? expected : row.Element);

    private static string One(JsonRow row, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        JsonValueKind.Object when value.TryGetProperty("text", out var text) => One(row, text),
        JsonValueKind.Object when value.TryGetProperty("answer", out var answer) => One(row, answer),
        _ => throw row.Fault($"what is scored must be a text or an object with a field 'text' or 'answer', but is {JsonRow.Describe(value)}{(value.ValueKind == JsonValueKind.Object ? " with neither" : "")}."),
    };

    // Several texts are right where a list of them stands beside the first: summaries as 'references', answers as 'answers'. An empty answer means that there is none.
    private static IReadOnlyList<string> All(JsonRow row, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var name in (ReadOnlySpan<string>)["references", "answers"])
            {
                if (value.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array)
                {
                    return [.. list.EnumerateArray().Select(item => One(row, item))];
                }
            }

            return value.TryGetProperty("text", out _) || One(row, value) is not "" and var answer ? [One(row, value)] : [];
        }

        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(item => One(row, item))] : [One(row, value)];
    }
}
