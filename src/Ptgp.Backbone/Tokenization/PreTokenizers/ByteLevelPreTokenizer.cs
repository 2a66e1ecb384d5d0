using System.Text;

using Ptgp.Backbone.Tokenization.Patterns;

namespace Ptgp.Backbone.Tokenization.PreTokenizers;

/// <summary>Splits words as GPT-2 does, unless something else has split them, and writes them as bytes.</summary>
/// <param name="addsPrefix">Whether a blank is put before words that begin with none.</param>
/// <param name="splits">Whether words are split.</param>
internal sealed class ByteLevelPreTokenizer(bool addsPrefix, bool splits) : PreTokenizer
{
    public override Words Apply(Words words)
    {
        words = addsPrefix ? Prefix(words) : words;
        var text = new AlignedText(words.Text.Length + (words.Text.Length / 8));
        var ranges = new List<(int Start, int Length)>(words.Ranges.Count);
        var found = new List<(int Start, int Length)>();
        foreach (var (start, length) in words.Ranges)
        {
            found.Clear();
            if (splits)
            {
                ByteLevelPattern.Gpt2.Find(words.Text.Characters.Slice(start, length), found);
            }
            else
            {
                found.Add((0, length));
            }

            foreach (var (first, count) in found)
            {
                var word = text.Length;
                Write(words.Text, start + first, count, text);
                ranges.Add((word, text.Length - word));
            }
        }

        return new(text, ranges);
    }

    private static void Write(AlignedText source, int start, int count, AlignedText text)
    {
        Span<byte> bytes = stackalloc byte[4];
        for (var i = start; i < start + count;)
        {
            var c = source.Characters[i];
            var (from, to) = (source.Starts[i], source.Ends[i]);
            if (c < 128)
            {
                text.Add(ByteAlphabet.Write((byte)c), from, to);
                i++;
                continue;
            }

            Rune.DecodeFromUtf16(source.Characters[i..], out var rune, out var used);
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                text.Add(ByteAlphabet.Write(value), from, to);
            }

            i += used;
        }
    }

    private static Words Prefix(Words words)
    {
        var text = new AlignedText(words.Text.Length + words.Ranges.Count);
        var ranges = new List<(int Start, int Length)>(words.Ranges.Count);
        foreach (var (start, length) in words.Ranges)
        {
            var word = text.Length;
            if (words.Text.Characters[start] != ' ')
            {
                text.Add(' ', words.Text.Starts[start], words.Text.Ends[start]);
            }

            text.Append(words.Text, start, length);
            ranges.Add((word, text.Length - word));
        }

        return new(text, ranges);
    }
}
