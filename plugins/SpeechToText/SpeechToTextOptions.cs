using System.ComponentModel.DataAnnotations;
using Ptgp.SpeechToText.Augmentation;
using Ptgp.SpeechToText.Writers;

namespace Ptgp.SpeechToText;

/// <summary>What <c>tasks:&lt;name&gt;:options</c> may say of a speech task. Names and defaults are those of openai-whisper's <c>transcribe</c>, in camel case.</summary>
public sealed record SpeechToTextOptions
{
    /// <summary>Gets the language that is spoken: a code such as <c>de</c>, or an English name.</summary>
    /// <value>Null, the default, has it detected in the first window.</value>
    public string? Language { get; init; }

    /// <summary>Gets whether what is said is written down, or its English translation.</summary>
    public SpeechTask Task { get; init; } = SpeechTask.Transcribe;

    /// <summary>Gets whether the backbone marks times. Without them a segment is a window.</summary>
    /// <value>The default is true.</value>
    public bool ReturnTimestamps { get; init; } = true;

    /// <summary>Gets whether each word gets its times.</summary>
    public bool WordTimestamps { get; init; }

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

    /// <summary>Gets whether a window is told what was written before it.</summary>
    public bool ConditionOnPreviousText { get; init; } = true;

    /// <summary>Gets above which temperature the next window is told nothing of what was written.</summary>
    public double PromptResetOnTemperature { get; init; } = 0.5;

    /// <summary>Gets a text that the first window is told, as if it had been said before: names, spellings, a style.</summary>
    public string? InitialPrompt { get; init; }

    /// <summary>Gets whether every window is told it.</summary>
    public bool CarryInitialPrompt { get; init; }

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

    /// <summary>Gets the stretches that are heard, by starts and ends in seconds; the last end may be left out.</summary>
    public IReadOnlyList<double> ClipTimestamps { get; init; } = [];

    /// <summary>Gets from how many seconds of silence around it odd text counts as imagined and is left out; needs <see cref="WordTimestamps"/>; 0 turns it off.</summary>
    [Range(0, double.MaxValue)]
    public double HallucinationSilenceThreshold { get; init; }

    /// <summary>Gets the punctuation that joins the word behind it.</summary>
    public string PrependPunctuations { get; init; } = "\"'“¿([{-";

    /// <summary>Gets the punctuation that joins the word before it.</summary>
    public string AppendPunctuations { get; init; } = "\"'.。,，!！?？:：”)]}、";

    /// <summary>Gets how many seconds of a window are sound at most.</summary>
    /// <value>Null, the default, is what the backbone hears at once.</value>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double? ChunkLengthS { get; init; }

    /// <summary>Gets what fills up a window whose sound is shorter.</summary>
    /// <value>The default is <see cref="Padding.Auto"/>.</value>
    public Padding Padding { get; init; } = Padding.Auto;

    /// <summary>Gets how many windows are heard at once. Above 1, none is told what was written before it, and they are cut where nobody speaks.</summary>
    /// <value>At least 1. The default is 1.</value>
    [Range(1, 256)]
    public int BatchSize { get; init; } = 1;

    /// <summary>Gets whether stretches where nobody speaks are passed over.</summary>
    public bool VadFilter { get; init; }

    /// <summary>Gets how many times faster recordings are played in training, one after the other: 0.9, 1 and 1.1 make three of each.</summary>
    public IReadOnlyList<double> SpeedPerturbation { get; init; } = [1];

    /// <summary>Gets for which share of the recordings whose times are known the backbone learns to mark them; the others are learned without.</summary>
    /// <value>From 0 to 1. The default is 0.5.</value>
    [Range(0.0, 1.0)]
    public double TimestampProbability { get; init; } = 0.5;

    /// <summary>Gets for which share of the recordings whose text before is known the backbone is told it while it learns.</summary>
    /// <value>From 0 to 1. The default is 0.5.</value>
    [Range(0.0, 1.0)]
    public double ConditionOnPrevProbability { get; init; } = 0.5;

    /// <summary>Gets what is hidden from the backbone while it learns; null, the default, for nothing.</summary>
    public SpecAugment? SpecAugment { get; init; }

    /// <summary>Gets the form that answers bring along as a text: <c>txt</c>, <c>srt</c>, <c>vtt</c>, <c>tsv</c> or <c>json</c>; null, the default, for none.</summary>
    public string? OutputFormat { get; init; }

    /// <summary>Gets how subtitles of <see cref="OutputFormat"/> are laid out.</summary>
    public SubtitleOptions Subtitles { get; init; } = new();

    /// <summary>Gets what both texts go through before they are compared in evaluation.</summary>
    /// <value>The default is <see cref="Normalizer.None"/>.</value>
    public Normalizer Normalizer { get; init; } = Normalizer.None;

    /// <summary>Gets the file of American spellings by British ones for <see cref="Normalizer.English"/>: a checkpoint's <c>normalizer.json</c>; null for none.</summary>
    public string? Spellings { get; init; }

    /// <summary>Gets the field or column of a dataset that names the sound file; null for the usual names.</summary>
    public string? AudioField { get; init; }

    /// <summary>Gets the field or column of a dataset that says what is said; null for the usual names.</summary>
    public string? TextField { get; init; }

    /// <summary>Gets a regular expression whose group <c>text</c>, or first group, is what is said in a file of a folder, found in its name.</summary>
    public string? FileName { get; init; }

    /// <summary>Gets what that stands for, such as <c>seven</c> for <c>7</c>.</summary>
    public IReadOnlyDictionary<string, string> FileNameWords { get; init; } = new Dictionary<string, string>();
}
