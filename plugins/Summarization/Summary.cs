using System.Text.Json.Serialization;
using Ptgp.Toolkit.Heads;

namespace Ptgp.Summarization;

/// <summary>A summary, and what should be known about it.</summary>
public sealed record Summary : WrittenText
{
    /// <summary>Gets how many tokens the text has, if they are more than the backbone reads.</summary>
    [JsonPropertyName("tokens"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Tokens { get; init; }

    /// <summary>Gets how many of them were left out, if any were.</summary>
    [JsonPropertyName("truncated"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Truncated { get; init; }

    /// <summary>Gets the parts that the text was split into, each with its summary, if it was; then those of these summaries, and so on.</summary>
    [JsonPropertyName("split"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SummarizedPart>? Split { get; init; }

    /// <summary>Gets all summaries that are right, <c>Text</c> the first of them, where a dataset has several.</summary>
    [JsonPropertyName("references"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? References { get; init; }
}

/// <summary>A part of a text that was split, and its summary.</summary>
public sealed record SummarizedPart
{
    /// <summary>Gets 1 for a part of the text, 2 for a part of the summaries of these parts, and so on.</summary>
    [JsonPropertyName("level")]
    public required int Level { get; init; }

    /// <summary>Gets the part.</summary>
    [JsonPropertyName("source")]
    public required string Source { get; init; }

    /// <summary>Gets how many tokens of it were read, prefix and special ones included.</summary>
    [JsonPropertyName("tokens")]
    public required int Tokens { get; init; }

    /// <summary>Gets its summary.</summary>
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>Gets how many tokens the summary has.</summary>
    [JsonPropertyName("newTokens")]
    public required int NewTokens { get; init; }

    /// <summary>Gets its score.</summary>
    [JsonPropertyName("score")]
    public required double Score { get; init; }
}
