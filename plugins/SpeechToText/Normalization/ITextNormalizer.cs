namespace Ptgp.SpeechToText.Normalization;

/// <summary>Brings transcripts that say the same to the same form, so that they can be compared.</summary>
internal interface ITextNormalizer
{
    string Normalize(string text);
}
