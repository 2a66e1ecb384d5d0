using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ptgp.TextGeneration;

/// <summary>A text or a conversation to go on from; with a continuation it is not gone on from, but the continuation is scored.</summary>
public sealed record Prompt
{
    /// <summary>Gets the text; null for a conversation.</summary>
    [JsonPropertyName("prompt"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Text { get; init; }

    /// <summary>Gets the conversation; null for a text. A last message of the assistant's is gone on with.</summary>
    [JsonPropertyName("messages"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Message>? Messages { get; init; }

    /// <summary>Gets what follows, to be scored; null to have it written. Without a text before it, it is a document.</summary>
    [JsonPropertyName("continuation"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Continuation { get; init; }

    /// <summary>Gets the JSON schema of what is written; null for what the task's options say.</summary>
    [JsonPropertyName("jsonSchema"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? JsonSchema { get; init; }

    /// <summary>Gets whether the answer holds the prompt too; null for what the task's options say.</summary>
    [JsonPropertyName("returnFullText"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? ReturnFullText { get; init; }
}
