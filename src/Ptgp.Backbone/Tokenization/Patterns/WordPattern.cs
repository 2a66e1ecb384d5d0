using System.Text;

namespace Ptgp.Backbone.Tokenization.Patterns;

/// <summary>Finds runs of word characters, and runs of what is neither that nor white space: the expression <c>\w+|[^\w\s]+</c>.</summary>
internal sealed class WordPattern : TextPattern
{
    public override void Find(ReadOnlySpan<char> text, List<(int Start, int Length)> found)
    {
        var (start, last) = (0, 0);
        for (var i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text[i..], out var rune, out var used);
            var kind = Rune.IsWhiteSpace(rune) ? 0 : CharacterKinds.IsWord(rune) ? 1 : 2;
            if (kind != last)
            {
                if (last != 0)
                {
                    found.Add((start, i - start));
                }

                (start, last) = (i, kind);
            }

            i += used;
        }

        if (last != 0)
        {
            found.Add((start, text.Length - start));
        }
    }
}
