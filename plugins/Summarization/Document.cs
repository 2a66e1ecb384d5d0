using System.Text.Json.Serialization;

namespace Ptgp.Summarization;

/// <summary>A text to be summarized.</summary>
public sealed record Document
{
    /// <summary>Gets the text.</summary>
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>Gets how many sentences its summary must have; null for the task's.</summary>
    [JsonPropertyName("minSentences"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MinSentences { get; init; }

    /// <summary>Gets how many sentences its summary may have; null for the task's.</summary>
    [JsonPropertyName("maxSentences"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MaxSentences { get; init; }
}
