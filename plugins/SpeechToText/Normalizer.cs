namespace Ptgp.SpeechToText;

/// <summary>What texts go through before they are compared.</summary>
public enum Normalizer
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Whisper's rules for any language: lower case, no punctuation.</summary>
    Basic,

    /// <summary>Whisper's rules for English: also numbers, contractions and spellings.</summary>
    English,
}
