using System.Text.Json.Serialization;
using Ptgp.Toolkit.Heads;

namespace Ptgp.Translation;

/// <summary>A translated text, and what should be known about it.</summary>
public sealed record Translation
{
    /// <summary>Gets the translation.</summary>
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>Gets its score, as <see cref="Hypothesis.Score"/>; the mean of the pieces' when the text was split.</summary>
    [JsonPropertyName("score"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Score { get; init; }

    /// <summary>Gets all translations, best first, when several were asked for.</summary>
    [JsonPropertyName("hypotheses"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ScoredText>? Hypotheses { get; init; }

    /// <summary>Gets the language translated from, where it is known.</summary>
    [JsonPropertyName("from"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? From { get; init; }

    /// <summary>Gets the language translated to, where it is known.</summary>
    [JsonPropertyName("to"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? To { get; init; }

    /// <summary>Gets how many tokens of the source were left out, if any were.</summary>
    [JsonPropertyName("truncated"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Truncated { get; init; }

    /// <summary>Gets whether the translation stops short because its length ran out, if it does.</summary>
    [JsonPropertyName("unfinished"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Unfinished { get; init; }

    /// <summary>Gets the pieces that the source was split into, each with its translation, if it was.</summary>
    [JsonPropertyName("split"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TranslatedPiece>? Split { get; init; }
}

/// <summary>A piece of a source that was split, and its translation.</summary>
public sealed record TranslatedPiece
{
    /// <summary>Gets the piece.</summary>
    [JsonPropertyName("source")]
    public required string Source { get; init; }

    /// <summary>Gets its translation.</summary>
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>Gets its score.</summary>
    [JsonPropertyName("score")]
    public required double Score { get; init; }

    /// <summary>Gets all its translations, best first, when several were asked for.</summary>
    [JsonPropertyName("hypotheses"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ScoredText>? Hypotheses { get; init; }
}
