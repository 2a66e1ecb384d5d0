namespace Ptgp.Toolkit.Speech;

/// <summary>What is written of what is heard.</summary>
public enum SpeechTask
{
    /// <summary>What is said, in its own language.</summary>
    Transcribe,

    /// <summary>What is said, in English.</summary>
    Translate,
}
