using System.ComponentModel.DataAnnotations;

namespace Ptgp.Toolkit.Audio;

/// <summary>What counts as speech. Names are those of other toolkits' voice activity detection, in camel case; the defaults suit a detection by loudness.</summary>
public sealed record VoiceActivityOptions
{
    /// <summary>Gets how loud speech is at least: from 0, as the quiet parts of the sound are, to 1, as the loud ones are.</summary>
    /// <value>From 0 to 1. The default is 0.3.</value>
    [Range(0.0, 1.0)]
    public double Threshold { get; init; } = 0.3;

    /// <summary>Gets how long speech lasts at least, in milliseconds: shorter sounds are none.</summary>
    /// <value>At least 0. The default is 100.</value>
    [Range(0, int.MaxValue)]
    public int MinSpeechDurationMs { get; init; } = 100;

    /// <summary>Gets how long silence lasts at least, in milliseconds: shorter pauses are bridged.</summary>
    /// <value>At least 0. The default is 500.</value>
    [Range(0, int.MaxValue)]
    public int MinSilenceDurationMs { get; init; } = 500;

    /// <summary>Gets how much is heard before and behind speech, in milliseconds.</summary>
    /// <value>At least 0. The default is 200.</value>
    [Range(0, int.MaxValue)]
    public int SpeechPadMs { get; init; } = 200;
}
