namespace Ptgp.Toolkit.Text.Normalization;

/// <summary>Brings transcripts that say the same to the same form, so that they can be compared.</summary>
public interface ITextNormalizer
{
    /// <summary>Gives the form in which texts are compared.</summary>
    string Normalize(string text);
}
