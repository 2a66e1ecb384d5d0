using System.Text;

namespace Ptgp.Backbone.Tokenization.Normalizers;

/// <summary>Writes everything in lower case, in no language in particular.</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    public override AlignedText Apply(AlignedText text)
    {
        var result = new AlignedText(text.Length);
        Span<char> units = stackalloc char[2];
        for (var i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text.Characters[i..], out var rune, out var used);

            // The one character whose lower case takes two.
            ReadOnlySpan<char> lower = rune.Value == 'İ' ? "i\u0307" : units[..Rune.ToLowerInvariant(rune).EncodeToUtf16(units)];
            result.Add(lower, text, i);
            i += used;
        }

        return result;
    }
}
