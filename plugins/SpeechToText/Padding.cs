namespace Ptgp.SpeechToText;

/// <summary>What fills up a window whose sound is shorter.</summary>
public enum Padding
{
    /// <summary>What the backbone was taught with: <see cref="Zeros"/> for windows of 30 s, <see cref="Silence"/> for others.</summary>
    Auto,

    /// <summary>Frames of zeros, as openai-whisper has it.</summary>
    Zeros,

    /// <summary>Silence behind the sound, as transformers has it.</summary>
    Silence,
}
