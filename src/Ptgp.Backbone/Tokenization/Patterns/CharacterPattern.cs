using System.Text;

namespace Ptgp.Backbone.Tokenization.Patterns;

/// <summary>Finds characters of a kind: each alone, or runs of at least so many.</summary>
/// <param name="isOne">Tells which characters.</param>
/// <param name="run">The shortest run; null to find each character alone.</param>
internal sealed class CharacterPattern(Func<Rune, bool> isOne, int? run = null) : TextPattern
{
    public override void Find(ReadOnlySpan<char> text, List<(int Start, int Length)> found)
    {
        for (var start = 0; start < text.Length;)
        {
            var (end, count) = (start, 0);
            while (end < text.Length && (run is not null || count == 0))
            {
                Rune.DecodeFromUtf16(text[end..], out var rune, out var used);
                if (!isOne(rune))
                {
                    break;
                }

                (end, count) = (end + used, count + 1);
            }

            if (count > 0 && count >= (run ?? 1))
            {
                found.Add((start, end - start));
            }

            start = count > 0 ? end : start + (char.IsHighSurrogate(text[start]) && start + 1 < text.Length ? 2 : 1);
        }
    }
}
