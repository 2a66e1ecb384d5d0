using System.Globalization;
using System.Text;

namespace Ptgp.Backbone.Tokenization.Normalizers;

/// <summary>
/// Applies a character map as tokenizer.json means it: to whole graphemes of fewer than six UTF-8 bytes, by the first rule that
/// their beginning meets, and to the characters of all others. It differs from what SentencePiece does with the same map, and
/// models that ship a tokenizer.json are used with this.
/// </summary>
internal sealed class PrecompiledNormalizer(CharacterMap map) : Normalizer
{
    private const int LongestGrapheme = 5;

    public override AlignedText Apply(AlignedText text)
    {
        var result = new AlignedText(text.Length);
        var characters = text.Characters;
        for (var i = 0; i < characters.Length;)
        {
            if (map.IsPlain(characters[i]) && (i + 1 == characters.Length || characters[i + 1] < 128))
            {
                result.Append(text, i++, 1);
                continue;
            }

            var length = StringInfo.GetNextTextElementLength(characters[i..]);
            var grapheme = characters.Slice(i, length);
            if (length <= LongestGrapheme && Encoding.UTF8.GetByteCount(grapheme) <= LongestGrapheme
                && map.Find(grapheme, longest: false, out _, out var index))
            {
                Replace(text, i, length, map.Replacement(index), result);
                i += length;
                continue;
            }

            for (var end = i + length; i < end;)
            {
                var used = char.IsHighSurrogate(characters[i]) ? 2 : 1;
                if (map.Find(characters.Slice(i, used), longest: false, out _, out index))
                {
                    Replace(text, i, used, map.Replacement(index), result);
                }
                else
                {
                    result.Append(text, i, used);
                }

                i += used;
            }
        }

        return result;
    }

    /// <summary>Puts a replacement: its characters stand for the old ones in order, and those beyond for the last old one.</summary>
    private static void Replace(AlignedText text, int start, int length, ReadOnlySpan<byte> replacement, AlignedText result)
    {
        Span<char> units = stackalloc char[2];
        var at = start;
        while (!replacement.IsEmpty)
        {
            Rune.DecodeFromUtf8(replacement, out var rune, out var used);
            replacement = replacement[used..];
            result.Add(units[..rune.EncodeToUtf16(units)], text, at);
            var next = at + (char.IsHighSurrogate(text.Characters[at]) ? 2 : 1);
            at = next < start + length ? next : at;
        }
    }
}
