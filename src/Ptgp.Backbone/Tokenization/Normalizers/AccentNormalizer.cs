using System.Globalization;
using System.Text;

namespace Ptgp.Backbone.Tokenization.Normalizers;

/// <summary>Drops combining marks that take no room of their own; it is of use on decomposed text.</summary>
internal sealed class AccentNormalizer : Normalizer
{
    public override AlignedText Apply(AlignedText text)
    {
        var result = new AlignedText(text.Length);
        for (var i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text.Characters[i..], out var rune, out var used);
            if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
            {
                result.Append(text, i, used);
            }

            i += used;
        }

        return result;
    }
}
