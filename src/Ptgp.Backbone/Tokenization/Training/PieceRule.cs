using System.Text;
using Ptgp.Backbone.Tokenization.Normalizers;

namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>
/// What may be a piece, as SentencePiece decides by default: at most so many characters, all of one script, a "▁" at the beginning alone. Digits and punctuation
/// are a script of their own, so that no piece joins them to letters; the scripts of Japanese count as one.
/// </summary>
/// <param name="longest">How many characters a piece has at most.</param>
internal sealed class PieceRule(int longest)
{
    /// <summary>Stands for each character that the vocabulary leaves out; it is in no piece.</summary>
    public const char Uncovered = '▅';

    private const int ProlongedSound = 0x30FC;
    private const int AnyScript = -1;

    /// <summary>Gets how many characters a piece has at most.</summary>
    public int Longest => longest;

    /// <summary>Tells whether a text may be a piece.</summary>
    public bool Allows(ReadOnlySpan<char> text)
    {
        var (count, last) = (0, AnyScript);
        foreach (var rune in text.EnumerateRunes())
        {
            if (count++ == longest || !Continues(rune.Value, count == 1, ref last))
            {
                return false;
            }
        }

        return count > 0;
    }

    /// <summary>Tells whether characters may be a piece.</summary>
    public bool Allows(ReadOnlySpan<int> characters)
    {
        var last = AnyScript;
        for (var i = 0; i < characters.Length; i++)
        {
            if (!Continues(characters[i], i == 0, ref last))
            {
                return false;
            }
        }

        return characters.Length > 0 && characters.Length <= longest;
    }

    private static bool Continues(int character, bool isFirst, ref int last)
    {
        if (character is Uncovered or 0 or ' ' || character == Rune.ReplacementChar.Value)
        {
            return false;
        }

        if (character == SentencePieceNormalizer.Marker)
        {
            return isFirst;
        }

        int script = Scripts.Of(character);
        script = script is Scripts.Hiragana or Scripts.Katakana || character == ProlongedSound ? Scripts.Han : script == Scripts.Inherited ? last : script;
        if (last != AnyScript && script != AnyScript && script != last)
        {
            return false;
        }

        last = script;
        return true;
    }
}
