using System.Text.Json.Serialization;

namespace Ptgp.Toolkit.Speech;

/// <summary>A piece of a transcript between two times.</summary>
public sealed record Segment
{
    /// <summary>Gets its number, from 0.</summary>
    [JsonPropertyName("id")]
    public int Id { get; init; }

    /// <summary>Gets where the window begins that it was heard in, in frames of 10 ms.</summary>
    [JsonPropertyName("seek")]
    public int Seek { get; init; }

    /// <summary>Gets when it begins, in seconds.</summary>
    [JsonPropertyName("start")]
    public required double Start { get; init; }

    /// <summary>Gets when it ends, in seconds.</summary>
    [JsonPropertyName("end")]
    public required double End { get; init; }

    /// <summary>Gets what is said, as its tokens spell it: most often with a space before it.</summary>
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>Gets the tokens it was written in, times among them.</summary>
    [JsonPropertyName("tokens")]
    public IReadOnlyList<int> Tokens { get; init; } = [];

    /// <summary>Gets the temperature its window was sampled at; 0 where the likeliest was taken.</summary>
    [JsonPropertyName("temperature")]
    public double Temperature { get; init; }

    /// <summary>Gets the mean log-probability of its window's tokens.</summary>
    [JsonPropertyName("avg_logprob")]
    public double AverageLogProbability { get; init; }

    /// <summary>Gets how many times smaller its window's text becomes when it is compressed: high where the text repeats itself.</summary>
    [JsonPropertyName("compression_ratio")]
    public double CompressionRatio { get; init; }

    /// <summary>Gets the probability that nobody speaks in its window, from 0 to 1.</summary>
    [JsonPropertyName("no_speech_prob")]
    public double NoSpeechProbability { get; init; }

    /// <summary>Gets its words, when they were asked for.</summary>
    [JsonPropertyName("words"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Word>? Words { get; init; }

    /// <summary>Tells whether segments have times that can be: from 0 s on, and no end before its start.</summary>
    public static bool AreTimed(IReadOnlyList<Segment> segments) => segments.All(segment => segment.Start >= 0 && segment.End >= segment.Start && double.IsFinite(segment.End));
}
