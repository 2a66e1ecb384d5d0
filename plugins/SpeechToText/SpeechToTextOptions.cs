using System.ComponentModel.DataAnnotations;
using Ptgp.Toolkit.Audio;
using Ptgp.Toolkit.Speech;
using Ptgp.Toolkit.Subtitles;

namespace Ptgp.SpeechToText;

/// <summary>What <c>tasks:&lt;name&gt;:options</c> may say of a speech task. Names and defaults are those of openai-whisper's <c>transcribe</c>, in camel case.</summary>
public sealed record SpeechToTextOptions : WindowOptions
{
    /// <summary>Gets the language that is spoken: a code such as <c>de</c>, or an English name.</summary>
    /// <value>Null, the default, has it detected in the first window.</value>
    public string? Language { get; init; }

    /// <summary>Gets whether what is said is written down, or its English translation.</summary>
    public SpeechTask Task { get; init; } = SpeechTask.Transcribe;

    /// <summary>Gets whether each word gets its times.</summary>
    public bool WordTimestamps { get; init; }

    /// <summary>Gets whether a window is told what was written before it.</summary>
    public bool ConditionOnPreviousText { get; init; } = true;

    /// <summary>Gets above which temperature the next window is told nothing of what was written.</summary>
    public double PromptResetOnTemperature { get; init; } = 0.5;

    /// <summary>Gets a text that the first window is told, as if it had been said before: names, spellings, a style.</summary>
    public string? InitialPrompt { get; init; }

    /// <summary>Gets whether every window is told it.</summary>
    public bool CarryInitialPrompt { get; init; }

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

    /// <summary>Gets what counts as speech for <see cref="VadFilter"/> and where <see cref="BatchSize"/> is above 1.</summary>
    public VoiceActivityOptions VadParameters { get; init; } = new();

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
