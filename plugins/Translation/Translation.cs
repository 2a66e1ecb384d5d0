using System.Text.Json.Serialization;
using Ptgp.Toolkit.Alignment;
using Ptgp.Toolkit.Heads;
using Ptgp.Toolkit.Text;

namespace Ptgp.Translation;

/// <summary>A translated text, and what should be known about it. Its score is the mean of the pieces' when the text was split.</summary>
public sealed record Translation : WrittenText
{
    /// <summary>Gets the language translated from, where it is known.</summary>
    [JsonPropertyName("from"), JsonPropertyOrder(-2), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? From { get; init; }

    /// <summary>Gets the language translated to, where it is known.</summary>
    [JsonPropertyName("to"), JsonPropertyOrder(-2), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? To { get; init; }

    /// <summary>Gets how many tokens of the source were left out, if any were.</summary>
    [JsonPropertyName("truncated"), JsonPropertyOrder(-2), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Truncated { get; init; }

    /// <summary>Gets what the translation says again and again, as one does that has gone wrong; null where there is nothing.</summary>
    [JsonPropertyName("repetition"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Repetition? Repetition { get; init; }

    /// <summary>Gets which word became which, if that was asked for. Places are UTF-16 code units of both texts.</summary>
    [JsonPropertyName("alignments"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AlignedWords>? Alignments { get; init; }

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

    /// <summary>Gets where it starts in the source, in UTF-16 code units.</summary>
    [JsonPropertyName("sourceStart")]
    public required int SourceStart { get; init; }

    /// <summary>Gets its translation.</summary>
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>Gets where that starts in the whole translation.</summary>
    [JsonPropertyName("targetStart")]
    public required int TargetStart { get; init; }

    /// <summary>Gets its score.</summary>
    [JsonPropertyName("score")]
    public required double Score { get; init; }

    /// <summary>Gets all its translations, best first, when several were asked for.</summary>
    [JsonPropertyName("hypotheses"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ScoredText>? Hypotheses { get; init; }

    /// <summary>Gets whether its translation stops short because its length ran out, if it does.</summary>
    [JsonPropertyName("unfinished"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Unfinished { get; init; }
}
