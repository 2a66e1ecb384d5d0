namespace Ptgp.Toolkit.Speech;

/// <summary>What was written down of one window.</summary>
public sealed record HeardWindow
{
    /// <summary>Gets the tokens, times among them, the end not.</summary>
    public required IReadOnlyList<int> Ids { get; init; }

    /// <summary>Gets the temperature they were drawn at.</summary>
    public double Temperature { get; init; }

    /// <summary>Gets the mean log-probability of the tokens, the end counted.</summary>
    public double AverageLogProbability { get; init; }

    /// <summary>Gets how much smaller the text becomes when it is compressed.</summary>
    public double CompressionRatio { get; init; }

    /// <summary>Gets the probability that nobody speaks.</summary>
    public double NoSpeech { get; init; }
}
