using System.Text.Json;
using Ptgp.Toolkit.Readers;

namespace Ptgp.Host.Scoring;

/// <summary>Reads answers as the published SQuAD scripts take them: a JSON object of answers by the questions' ids, beside the dataset.</summary>
internal static class SquadPredictions
{
    /// <summary>Joins answers to the questions of a dataset. A question that is not answered counts as answered by nothing.</summary>
    /// <param name="predictions">The file of answers.</param>
    /// <param name="dataset">The dataset, in SQuAD's JSON.</param>
    /// <param name="noAnswers">A file of the probabilities, by id, that a question has no answer; null for none.</param>
    /// <returns>The answers, and how many questions were not answered.</returns>
    /// <exception cref="UserException">A file is not what it must be; the message says where.</exception>
    public static (IReadOnlyList<ScoredText> Texts, int Missing) Read(string predictions, string dataset, string? noAnswers) => ScoredFiles.Reading<(IReadOnlyList<ScoredText>, int)>(() =>
    {
        var answers = Values(predictions, JsonValueKind.String, "a text", value => value.GetString()!);
        var chances = noAnswers is null ? [] : Values(noAnswers, JsonValueKind.Number, "a number", value => value.GetDouble());
        var rows = SquadFile.Read(dataset).Select(row => (Id: row.Part.Text("id"), row.Answers)).ToList();
        var missing = rows.Count(row => !answers.ContainsKey(row.Id));
        return missing < rows.Count || rows.Count == 0
            ? ([.. rows.Select(row => new ScoredText(answers.GetValueOrDefault(row.Id, ""), [.. row.Answers.Select(answer => answer.Text)], chances.GetValueOrDefault(row.Id)) { IsAnswer = true })], missing)
            : throw new UserException($"Predictions must answer questions of the dataset, but none of the {answers.Count} ids in '{predictions}' stands in '{dataset}'.");
    });

    private static Dictionary<string, T> Values<T>(string path, JsonValueKind kind, string what, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(Utf8Text.ReadBytes(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new InvalidDataException($"{path}: answers must be one JSON object of {what} by id, but this is {JsonRow.Describe(document.RootElement)}.");
            }

            Dictionary<string, T> values = new(StringComparer.Ordinal);
            foreach (var entry in document.RootElement.EnumerateObject())
            {
                values[entry.Name] = entry.Value.ValueKind == kind ? read(entry.Value) : throw new InvalidDataException($"{path}: '{entry.Name}' must be {what}, but is {JsonRow.Describe(entry.Value)}.");
            }

            return values;
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path}({fault.LineNumber + 1}): answers must be one JSON object by id, but this is not valid JSON at byte {fault.BytePositionInLine + 1} of this line.", fault);
        }
    }
}
