using System.Text.Json.Serialization;

namespace Ptgp.Toolkit.Alignment;

/// <summary>A word that was written and a word that was read for it. Places are UTF-16 code units.</summary>
public sealed record AlignedWords
{
    /// <summary>Gets the word that was read.</summary>
    [JsonPropertyName("source")]
    public required string Source { get; init; }

    /// <summary>Gets where it starts in the text that was read.</summary>
    [JsonPropertyName("sourceStart")]
    public required int SourceStart { get; init; }

    /// <summary>Gets where it ends there.</summary>
    [JsonPropertyName("sourceEnd")]
    public required int SourceEnd { get; init; }

    /// <summary>Gets the word that was written.</summary>
    [JsonPropertyName("target")]
    public required string Target { get; init; }

    /// <summary>Gets where it starts in the text that was written.</summary>
    [JsonPropertyName("targetStart")]
    public required int TargetStart { get; init; }

    /// <summary>Gets where it ends there.</summary>
    [JsonPropertyName("targetEnd")]
    public required int TargetEnd { get; init; }

    /// <summary>Gets how much of the attention to all words that were read went to this one, from 0 to 1.</summary>
    [JsonPropertyName("weight")]
    public required double Weight { get; init; }

    /// <summary>Moves both places, as where a piece of a text becomes part of the whole.</summary>
    public AlignedWords Moved(int source, int target) => this with
    {
        SourceStart = SourceStart + source,
        SourceEnd = SourceEnd + source,
        TargetStart = TargetStart + target,
        TargetEnd = TargetEnd + target,
    };
}
