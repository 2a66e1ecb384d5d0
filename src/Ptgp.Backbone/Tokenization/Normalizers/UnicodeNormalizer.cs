using System.Text;

namespace Ptgp.Backbone.Tokenization.Normalizers;

/// <summary>
/// One of Unicode's four normal forms, from a table of our own: with invariant globalization, which Ptgp runs in, .NET leaves text
/// as it is. What a character is made into stands for that character; a composed one stands for the first of its parts.
/// </summary>
internal sealed class UnicodeNormalizer(NormalizationForm form) : Normalizer
{
    private readonly UnicodeForm form = new(form);

    public override AlignedText Apply(AlignedText text)
    {
        if (form.IsKept(text.Characters))
        {
            return text;
        }

        var parts = form.Apply(text.Characters);
        var result = new AlignedText(parts.Count);
        Span<char> units = stackalloc char[2];
        foreach (var (value, source) in parts)
        {
            result.Add(units[..new Rune(value).EncodeToUtf16(units)], text, source);
        }

        return result;
    }
}
