using System.Globalization;
using System.Text;

namespace Ptgp.Backbone.Tokenization.Normalizers;

/// <summary>Cleans text as BERT does: control characters go, white space becomes blanks, Chinese characters stand alone.</summary>
/// <param name="cleans">Whether control characters go and white space becomes blanks.</param>
/// <param name="partsChinese">Whether blanks are put around Chinese characters.</param>
/// <param name="stripsAccents">Whether accents go.</param>
/// <param name="lowers">Whether everything becomes lower case.</param>
internal sealed class BertNormalizer(bool cleans, bool partsChinese, bool stripsAccents, bool lowers) : Normalizer
{
    private readonly SequenceNormalizer rest = new([
        .. stripsAccents ? (Normalizer[])[new UnicodeNormalizer(NormalizationForm.FormD), new AccentNormalizer()] : [],
        .. lowers ? (Normalizer[])[new LowercaseNormalizer()] : []]);

    public override AlignedText Apply(AlignedText text)
    {
        var result = new AlignedText(text.Length);
        for (var i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text.Characters[i..], out var rune, out var used);
            if (cleans && IsDropped(rune))
            {
                i += used;
                continue;
            }

            if (cleans && Rune.IsWhiteSpace(rune))
            {
                result.Add(" ", text, i);
            }
            else if (partsChinese && IsChinese(rune.Value))
            {
                result.Add(" ", text, i);
                result.Append(text, i, used);
                result.Add(" ", text, i);
            }
            else
            {
                result.Append(text, i, used);
            }

            i += used;
        }

        return rest.Apply(result);
    }

    private static bool IsDropped(Rune rune) => rune.Value is 0 or 0xFFFD
        || (rune.Value is not ('\t' or '\n' or '\r')
            && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    private static bool IsChinese(int value) => value is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF)
        or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
