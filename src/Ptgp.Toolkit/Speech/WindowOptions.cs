using System.ComponentModel.DataAnnotations;

namespace Ptgp.Toolkit.Speech;

/// <summary>How a window of sound is written down. Names and defaults are those of openai-whisper's decoding, in camel case where a plugin's options inherit them.</summary>
public record WindowOptions
{
    /// <summary>Gets whether the backbone marks times. Without them a segment is a window.</summary>
    /// <value>The default is true.</value>
    public bool ReturnTimestamps { get; init; } = true;

    /// <summary>Gets the temperatures that a window is tried at, one after the other as long as the text is doubtful; 0 writes the likeliest.</summary>
    public IReadOnlyList<double> Temperature { get; init; } = [0, 0.2, 0.4, 0.6, 0.8, 1];

    /// <summary>Gets how many hypotheses are kept at temperature 0.</summary>
    /// <value>From 1 to 64. Null, the default, is <c>generation:numBeams</c>.</value>
    [Range(1, 64)]
    public int? BeamSize { get; init; }

    /// <summary>Gets how many texts are drawn at other temperatures, of which the best is kept.</summary>
    /// <value>From 1 to 64. Null, the default, is 1.</value>
    [Range(1, 64)]
    public int? BestOf { get; init; }

    /// <summary>Gets how patient beam search is: it stops when this many times <see cref="BeamSize"/> hypotheses have ended.</summary>
    /// <value>Null, the default, is 1.</value>
    [Range(0.0, 64.0, MinimumIsExclusive = true)]
    public double? Patience { get; init; }

    /// <summary>Gets the power of the length penalty of Wu et al. 2016 by which hypotheses are compared.</summary>
    /// <value>From 0 to 1. Null, the default, compares the mean of their tokens.</value>
    [Range(0.0, 1.0)]
    public double? LengthPenalty { get; init; }

    /// <summary>Gets above which compression ratio a text repeats itself and is tried again; 0 turns it off.</summary>
    public double CompressionRatioThreshold { get; init; } = 2.4;

    /// <summary>Gets below which mean log-probability a text is tried again; 0 turns it off.</summary>
    public double LogprobThreshold { get; init; } = -1;

    /// <summary>Gets above which probability of silence, where the text is unlikely too, a window is silent; 1 turns it off.</summary>
    [Range(0.0, 1.0)]
    public double NoSpeechThreshold { get; init; } = 0.6;

    /// <summary>Gets a text that each window's is made to begin with.</summary>
    public string? Prefix { get; init; }

    /// <summary>Gets the ids that are not written; −1 stands for those that the checkpoint names, and none allows all.</summary>
    public IReadOnlyList<int> SuppressTokens { get; init; } = [-1];

    /// <summary>Gets whether a text may not begin with a blank or its end.</summary>
    public bool SuppressBlank { get; init; } = true;

    /// <summary>Gets how late the first time of a window may be, in seconds; 0 allows any.</summary>
    public double MaxInitialTimestamp { get; init; } = 1;

    /// <summary>Gets how many tokens are written of a window at most.</summary>
    /// <value>Null, the default, is half of what the backbone writes. A smaller <c>generation:maxNewTokens</c> counts instead.</value>
    [Range(1, int.MaxValue)]
    public int? SampleLen { get; init; }
}
