using System.Globalization;
using System.Text.Json;
using Ptgp.Toolkit.Readers;
using Ptgp.Toolkit.Text;

namespace Ptgp.QA;

/// <summary>The formats that questions and answers are read from. Their places count code points.</summary>
internal static class QADatasets
{
    private static readonly string[] Starts = ["answer_start", "start"];

    /// <summary>Gets all formats.</summary>
    /// <param name="isPlaced">Whether an answer must stand in its context.</param>
    public static IReadOnlyList<DatasetAdapter<Question, Reply>> All(bool isPlaced) => [new SquadJson(isPlaced), new JsonLines(isPlaced), new Csv(isPlaced)];

    private static Example<Question, Reply> Make(
        string question, IReadOnlyList<string> contexts, IReadOnlyList<(string Text, int? Start)> answers, bool isPlaced, Func<string, InvalidDataException> fault)
    {
        if (string.IsNullOrWhiteSpace(question) || contexts.Count == 0 || contexts.Any(string.IsNullOrWhiteSpace))
        {
            throw fault($"a {(string.IsNullOrWhiteSpace(question) ? "question" : "context")} must not be empty.");
        }

        Reply[] expected = [.. answers.Where(answer => answer.Text.Length > 0).Select(answer => Place(contexts, answer.Text, answer.Start, isPlaced, fault))];
        var first = expected.FirstOrDefault() ?? new() { Answer = "" };
        return new(new() { Text = question, Contexts = contexts }, first with { Answers = expected.Length > 1 ? expected : null });
    }

    // A start that is not given is where the answer first stands, as a word of its own if it ever does.
    private static Reply Place(IReadOnlyList<string> contexts, string answer, int? start, bool isPlaced, Func<string, InvalidDataException> fault)
    {
        var isSought = start is null || contexts.Count > 1;
        (int Index, int Start) at = (0, -1);
        if (isSought)
        {
            at.Index = Math.Max(0, contexts.ToList().FindIndex(context => context.Contains(answer, StringComparison.Ordinal)));
            at.Start = Seek(contexts[at.Index], answer);
        }
        else if (CodePoints.ToUtf16(contexts[0], start!.Value) is { } utf16 && contexts[0].AsSpan(utf16).StartsWith(answer, StringComparison.Ordinal))
        {
            at.Start = utf16;
        }

        return at.Start >= 0 ? Reply.Quote(contexts[at.Index], at.Start, at.Start + answer.Length) with { Context = contexts.Count > 1 ? at.Index : null }
            : !isPlaced ? new() { Answer = answer }
            : throw fault(isSought
                ? $"an answer must stand in its context, but '{answer}' does not. Answers in other words are for the mode 'generative'."
                : $"the answer '{answer}' must stand at code point {start} of its context, but does not.");
    }

    private static int Seek(string context, string answer)
    {
        var first = context.IndexOf(answer, StringComparison.Ordinal);
        for (var at = first; at >= 0; at = context.IndexOf(answer, at + 1, StringComparison.Ordinal))
        {
            var end = at + answer.Length;
            if ((at == 0 || !char.IsLetterOrDigit(context[at - 1])) && (end == context.Length || !char.IsLetterOrDigit(context[end])))
            {
                return at;
            }
        }

        return first;
    }

    /// <summary>SQuAD 1.1 and 2.0, XQuAD.</summary>
    private sealed class SquadJson(bool isPlaced) : DatasetAdapter<Question, Reply>
    {
        public override string Format => "squad";

        public override bool Fits(string path) => string.Equals(Path.GetExtension(path), ".json", StringComparison.OrdinalIgnoreCase);

        public override IEnumerable<Example<Question, Reply>> Read(string path) =>
            SquadFile.Read(path).ToExamples(row => Make(row.Question, [row.Context], row.Answers, isPlaced, row.Part.Fault));
    }

    /// <summary>An object a line.</summary>
    private sealed class JsonLines(bool isPlaced) : DatasetAdapter<Question, Reply>
    {
        public override string Format => "jsonl";

        public override IEnumerable<Example<Question, Reply>> Read(string path) => JsonLinesFile.Read(path).ToExamples(row =>
            Make(row.Get("question"), Contexts(row), [.. Answers(row)], isPlaced, row.Fault));

        private static IReadOnlyList<string> Contexts(JsonRow row) =>
            row.Element.TryGetProperty("context", out var found) && found.ValueKind == JsonValueKind.Array ? Texts(row, "context", found) : [row.Get("context")];

        // 'answers' as SQuAD has them, as a list of texts, or as two lists side by side; or one 'answer'.
        private static IEnumerable<(string Text, int? Start)> Answers(JsonRow row)
        {
            if (!row.Element.TryGetProperty("answers", out var found) || found.ValueKind == JsonValueKind.Null)
            {
                return [(row.Find("answer") ?? "", Number(row))];
            }

            if (found.ValueKind == JsonValueKind.Object)
            {
                var texts = found.TryGetProperty("text", out var list) ? Texts(row, "answers.text", list) : throw row.Fault("'answers' must have a list 'text', but has none.");
                int?[] starts = found.TryGetProperty("answer_start", out var places) && places.ValueKind == JsonValueKind.Array ? [.. places.EnumerateArray().Select(place => (int?)Whole(row, place))] : new int?[texts.Count];
                return starts.Length == texts.Count ? texts.Zip(starts) : throw row.Fault($"'answers' must have as many places in 'answer_start' as texts, but has {starts.Length} for {texts.Count}.");
            }

            return found.ValueKind == JsonValueKind.Array && found.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object)
                ? found.EnumerateArray().Select(item => new SquadPart(row.Path, $"answers of line {row.Line}", item)).Select(answer => (answer.Text("text"), answer.Find("answer_start") is null ? null : (int?)answer.Number("answer_start")))
                : Texts(row, "answers", found).Select(text => (text, (int?)null));
        }

        private static IReadOnlyList<string> Texts(JsonRow row, string field, JsonElement list) =>
            list.ValueKind == JsonValueKind.Array && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
                ? [.. list.EnumerateArray().Select(item => item.GetString()!)]
                : throw row.Fault($"'{field}' must be a list of texts, but is {list.GetRawText()}.");

        private static int Whole(JsonRow row, JsonElement place) =>
            place.ValueKind == JsonValueKind.Number && place.TryGetInt32(out var number) ? number : throw row.Fault($"'answers.answer_start' must be a list of whole numbers, but has {place.GetRawText()}.");
    }

    /// <summary>Columns.</summary>
    private sealed class Csv(bool isPlaced) : DatasetAdapter<Question, Reply>
    {
        public override string Format => "csv";

        public override IEnumerable<Example<Question, Reply>> Read(string path) => CsvFile.Read(path).ToExamples(row =>
            Make(row.Get("question"), [row.Get("context")], [(row.Get("answer"), Number(row))], isPlaced, row.Fault));
    }

    private static int? Number(DataRow row) => Starts.Select(row.Find).FirstOrDefault(text => !string.IsNullOrEmpty(text)) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw row.Fault($"'answer_start' must be a whole number, but is '{text}'.");
}
