using System.Text.Json.Serialization;

namespace Ptgp.Translation;

/// <summary>A text to be translated.</summary>
public sealed record Passage
{
    /// <summary>Gets the text.</summary>
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>Gets its language; null for the task's.</summary>
    [JsonPropertyName("from"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? From { get; init; }

    /// <summary>Gets the language to translate to; null for the task's.</summary>
    [JsonPropertyName("to"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? To { get; init; }
}
