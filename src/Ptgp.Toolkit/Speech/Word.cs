using System.Text.Json.Serialization;

namespace Ptgp.Toolkit.Speech;

/// <summary>A word of a transcript, and when it is said.</summary>
public sealed record Word
{
    /// <summary>Gets the text, with the space before it and the punctuation that goes with it.</summary>
    [JsonPropertyName("word")]
    public required string Text { get; init; }

    /// <summary>Gets when it begins, in seconds.</summary>
    [JsonPropertyName("start")]
    public required double Start { get; init; }

    /// <summary>Gets when it ends, in seconds.</summary>
    [JsonPropertyName("end")]
    public required double End { get; init; }

    /// <summary>Gets the mean probability of its tokens, from 0 to 1.</summary>
    [JsonPropertyName("probability")]
    public double Probability { get; init; }
}
