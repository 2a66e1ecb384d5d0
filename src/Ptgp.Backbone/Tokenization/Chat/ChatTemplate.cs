using System.Text.Json.Nodes;
using Ptgp.Backbone.Jinja;

namespace Ptgp.Backbone.Tokenization;

/// <summary>
/// Turns conversations into the prompts a checkpoint was taught, by the template it brings: <c>chat_template.jinja</c>, or the
/// <c>chat_template</c> of <c>tokenizer_config.json</c>. May be used by several threads at once.
/// </summary>
public sealed class ChatTemplate
{
    private const string File = "chat_template.jinja", Key = "chat_template", Default = "default";

    private readonly string place;
    private readonly TextTokenizer tokenizer;
    private readonly IReadOnlyDictionary<string, JinjaTemplate> templates;
    private readonly IReadOnlyDictionary<string, object?> marks;

    private ChatTemplate(string place, TextTokenizer tokenizer, IReadOnlyDictionary<string, JinjaTemplate> templates, IReadOnlyDictionary<string, object?> marks) =>
        (this.place, this.tokenizer, this.templates, this.marks) = (place, tokenizer, templates, marks);

    /// <summary>Finds the template of a checkpoint; null when it has none.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <exception cref="CheckpointException">The template is broken; the message names file and line.</exception>
    public static ChatTemplate? Find(string folder, ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var path = Path.Combine(folder, File);
        var settings = TokenizerSettings.Read(folder);
        Dictionary<string, string> texts = [];
        if (System.IO.File.Exists(path))
        {
            texts[Default] = System.IO.File.ReadAllText(path);
        }
        else
        {
            path = Path.Combine(folder, "tokenizer_config.json");
            texts = settings.NamedTexts(Key, Default);
        }

        return texts.Count == 0 ? null : new(path, (TextTokenizer)tokenizer, texts.ToDictionary(text => text.Key, text => Parse(path, text.Value)), settings.RoleTexts);
    }

    /// <summary>Renders the prompt of a conversation.</summary>
    /// <param name="messages">The messages, each with <c>role</c> and <c>content</c>, and whatever else the template reads.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="FormatException">The template refuses the conversation; the message says why.</exception>
    public string Render(IReadOnlyList<JsonObject> messages, ChatOptions? options = null) => Render(messages, options ?? new(), guard: null);

    /// <summary>Encodes the prompt of a conversation.</summary>
    /// <inheritdoc cref="Render(IReadOnlyList{JsonObject}, ChatOptions?)"/>
    public IReadOnlyList<int> Encode(IReadOnlyList<JsonObject> messages, ChatOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        options ??= new();
        // A character that no message holds, put into markers where a message has them, keeps them from being read as such.
        char? guard = options.ParseSpecialTokens ? null : Guard([.. messages, new JsonObject { ["tools"] = options.Tools?.DeepClone(), ["variables"] = new JsonObject(options.Variables.Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))) }]);
        return tokenizer.EncodeMarked(Render(messages, options, guard), guard);
    }

    private string Render(IReadOnlyList<JsonObject> messages, ChatOptions options, char? guard)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var name = options.Template ?? Default;
        if (!templates.TryGetValue(name, out var template))
        {
            throw new FormatException($"A chat template must be one of those in '{place}', {string.Join(", ", templates.Keys.Order().Select(key => $"'{key}'"))}, but is '{name}'.");
        }

        if (options.ContinueFinalMessage && messages.Count == 0)
        {
            throw new FormatException("There must be a message to go on with, but there is none.");
        }

        var values = messages.Select(message => Value(message, guard)).ToList();
        Dictionary<string, object?> variables = new(marks, StringComparer.Ordinal)
        {
            ["messages"] = values,
            ["tools"] = options.Tools is null ? null : Value(options.Tools, guard),
            ["documents"] = null,
            ["add_generation_prompt"] = options.AddGenerationPrompt && !options.ContinueFinalMessage,
        };
        foreach (var (variable, value) in options.Variables)
        {
            variables[variable] = Value(value, guard);
        }

        try
        {
            var text = template.Render(variables);
            return options.ContinueFinalMessage ? Reopen(text, JinjaValues.Text(JinjaMembers.Item(values[^1], "content"))) : text;
        }
        catch (JinjaException refused)
        {
            throw new FormatException($"The chat template '{place}' does not take this conversation: {refused.Message}", refused);
        }
    }

    // Cuts off what the template puts behind the last message.
    private static string Reopen(string text, string last)
    {
        var trimmed = last.Trim();
        var at = text.LastIndexOf(trimmed, StringComparison.Ordinal);
        if (at < 0)
        {
            throw new JinjaException("it changes or leaves out the last message, which so cannot be gone on with.");
        }

        var whole = last.TrimStart();
        return text[..(at + (string.CompareOrdinal(text, at, whole, 0, whole.Length) == 0 ? whole.Length : trimmed.Length))];
    }

    private object? Value(JsonNode? node, char? guard) => JinjaValues.From(guard is { } mark ? Guarded(node, mark) : node);

    private JsonNode? Guarded(JsonNode? node, char guard) => node switch
    {
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Guarded(member.Value, guard)))),
        JsonArray items => new JsonArray([.. items.Select(item => Guarded(item, guard))]),
        JsonValue value when value.TryGetValue<string>(out var text) => tokenizer.BreakMarkers(text, guard),
        _ => node?.DeepClone(),
    };

    // One of the characters that Unicode keeps free for such uses.
    private static char Guard(IReadOnlyList<JsonObject> messages)
    {
        var used = messages.SelectMany(Texts).SelectMany(text => text).Where(c => c is >= '\uFDD0' and <= '\uFDEF').ToHashSet();
        return Enumerable.Range(0xFDD0, 32).Select(code => (char?)code).FirstOrDefault(guard => !used.Contains(guard!.Value))
            ?? throw new FormatException("Messages must leave one of the characters U+FDD0 to U+FDEF unused, but use all of them.");
    }

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => Texts(member.Value)),
        JsonArray items => items.SelectMany(Texts),
        JsonValue value when value.TryGetValue<string>(out var text) => [text],
        _ => [],
    };

    private static JinjaTemplate Parse(string path, string text)
    {
        try
        {
            return JinjaTemplate.Parse(text);
        }
        catch (JinjaException broken)
        {
            throw new CheckpointException($"{path}: the chat template is broken, or in a part of Jinja that Ptgp does not read: {broken.Message}", broken);
        }
    }
}
