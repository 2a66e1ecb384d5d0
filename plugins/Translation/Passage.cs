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

    /// <summary>Gets what the translation must begin with; null for nothing.</summary>
    [JsonPropertyName("targetPrefix"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TargetPrefix { get; init; }

    /// <summary>Gets whether the ways to go on after <see cref="TargetPrefix"/> are wanted; null for what the task's options say.</summary>
    [JsonPropertyName("returnAlternatives"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? ReturnAlternatives { get; init; }

    /// <summary>Gets how many of them; null for what the task's options say.</summary>
    [JsonPropertyName("numHypotheses"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? NumHypotheses { get; init; }

    /// <summary>Gets whether it is wanted which word became which; null for what the task's options say.</summary>
    [JsonPropertyName("alignments"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Alignments { get; init; }
}
