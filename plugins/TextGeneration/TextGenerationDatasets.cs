using System.Text.Json;
using Ptgp.Toolkit.Readers;

namespace Ptgp.TextGeneration;

/// <summary>The formats that text generation is learned from and evaluated on.</summary>
internal static class TextGenerationDatasets
{
    public static IReadOnlyList<DatasetAdapter<Prompt, Generated>> All(TextGenerationOptions options) => [new Documents(options), new Rows(options)];

    private static Example<Prompt, Generated> Make(Prompt prompt, string continuation) => new(prompt with { Continuation = continuation }, new() { Text = continuation });

    /// <summary>Plain text.</summary>
    private sealed class Documents(TextGenerationOptions options) : DatasetAdapter<Prompt, Generated>
    {
        public override string Format => "text";

        public override bool Fits(string path) => path.EndsWith(".txt", StringComparison.OrdinalIgnoreCase);

        public override IEnumerable<Example<Prompt, Generated>> Read(string path)
        {
            List<string> lines = [];
            foreach (var line in TextFile.Read(path))
            {
                var isEmpty = string.IsNullOrWhiteSpace(line.Text);
                if (options.Documents == DocumentKind.File || !isEmpty)
                {
                    lines.Add(line.Text);
                }

                if (lines.Count > 0 && (options.Documents == DocumentKind.Line || (options.Documents == DocumentKind.Paragraph && isEmpty)))
                {
                    yield return Make(new(), string.Join('\n', lines));
                    lines.Clear();
                }
            }

            if (lines.Exists(line => !string.IsNullOrWhiteSpace(line)))
            {
                yield return Make(new(), string.Join('\n', lines));
            }
        }
    }

    /// <summary>Objects that hold a conversation, a prompt and what follows it, an instruction and its answer, or a text.</summary>
    private sealed class Rows(TextGenerationOptions options) : DatasetAdapter<Prompt, Generated>
    {
        private static readonly Dictionary<string, string> otherNames = new() { ["human"] = "user", ["gpt"] = "assistant" };

        public override string Format => "jsonl";

        public override IEnumerable<Example<Prompt, Generated>> Read(string path) => JsonLinesFile.Read(path).ToExamples(row =>
            row.Element.TryGetProperty("messages", out var messages) || row.Element.TryGetProperty("conversations", out messages) ? Answers(row, messages) : [Text(row)]);

        private Example<Prompt, Generated> Text(JsonRow row)
        {
            if (options.PromptField is null && row.Find("prompt") is null && row.Find("instruction") is null && row.Find("text") is { } document)
            {
                return Make(new(), document);
            }

            var prompt = options.PromptField is { } field ? row.Get(field) : row.Find("prompt");
            var completion = row.Get(options.CompletionField is { } other ? [other] : ["completion", "response", "output"]);
            if (prompt is null)
            {
                var (instruction, input) = (row.Get("instruction", "prompt"), row.Find("input"));
                prompt = string.IsNullOrEmpty(input) ? instruction : $"{instruction}\n\n{input}";
                prompt = options.AsChat ? prompt : prompt + "\n\n";
            }

            return prompt.Length == 0 ? throw row.Fault("a prompt must hold text, but is empty.")
                : Make(options.AsChat ? new() { Messages = [new("user", prompt)] } : new() { Text = prompt }, completion);
        }

        // An example an answer, given all that stands before it: so answers alone are learned, and all of them.
        private static IEnumerable<Example<Prompt, Generated>> Answers(JsonRow row, JsonElement conversation)
        {
            if (conversation.ValueKind != JsonValueKind.Array)
            {
                throw row.Fault("a conversation must be a list of messages, but is something else.");
            }

            Message[] messages = [.. conversation.EnumerateArray().Select((element, i) =>
            {
                var message = new JsonRow(row.Path, row.Line, element);
                return element.ValueKind != JsonValueKind.Object ? throw row.Fault($"a message must be an object with 'role' and 'content', but message {i + 1} is not.")
                    : new Message(NameOf(message.Get("role", "from")), message.Get("content", "value"));
            })];
            int[] answers = [.. messages.Index().Where(message => message.Index > 0 && message.Item.Role == "assistant").Select(message => message.Index)];
            return answers.Length == 0 ? throw row.Fault("a conversation must hold an answer of the role 'assistant' behind a message, but holds none.")
                : answers.Select(at => Make(new() { Messages = messages[..at] }, messages[at].Content));
        }

        private static string NameOf(string role) => otherNames.GetValueOrDefault(role, role);
    }
}
