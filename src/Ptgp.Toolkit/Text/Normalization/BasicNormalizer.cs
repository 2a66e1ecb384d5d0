using System.Globalization;

namespace Ptgp.Toolkit.Text.Normalization;

/// <summary>Whisper's normalizer for all languages: small letters, no remarks, no punctuation.</summary>
/// <param name="removesAccents">Whether accents are taken off too.</param>
/// <param name="splitsLetters">Whether letters are set apart, for languages that write no spaces: WER then is CER.</param>
public sealed class BasicNormalizer(bool removesAccents = false, bool splitsLetters = false) : ITextNormalizer
{
    /// <inheritdoc />
    public string Normalize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = TextRules.WithoutRemarks(TextRules.Lower(text));
        text = TextRules.Lower(removesAccents ? TextRules.WithoutSymbolsAndAccents(text) : TextRules.WithoutSymbols(text));
        return TextRules.SingleSpaced(splitsLetters ? string.Join(' ', Letters(text)) : text);
    }

    private static IEnumerable<string> Letters(string text)
    {
        for (var (at, length) = (0, 0); at < text.Length; at += length)
        {
            length = StringInfo.GetNextTextElementLength(text, at);
            yield return text.Substring(at, length);
        }
    }
}
