using System.Buffers.Binary;
using System.Text;

namespace Ptgp.Backbone.Tokenization.Normalizers;

/// <summary>
/// The rewriting rules that a SentencePiece model carries: a double-array trie over UTF-8 whose values point into a block of
/// zero-terminated replacements. What the trie says is checked against its bounds, so a broken map changes text wrongly at worst.
/// </summary>
internal sealed class CharacterMap
{
    private readonly uint[] units;
    private readonly byte[] replacements;
    private readonly bool[] plain = new bool[128];

    private CharacterMap(uint[] units, byte[] replacements)
    {
        this.units = units;
        this.replacements = replacements;
        Span<char> pair = stackalloc char[2];
        for (var first = 1; first < 128; first++)
        {
            pair[0] = (char)first;
            plain[first] = true;
            for (var second = 1; second < 128 && plain[first]; second++)
            {
                pair[1] = (char)second;
                plain[first] = !Find(pair, longest: true, out _, out _);
            }
        }
    }

    /// <summary>Reads the map; a fault's message begins with <paramref name="place"/>, which names the file and the part of it.</summary>
    /// <exception cref="CheckpointException">The block is shorter than it says.</exception>
    public static CharacterMap? Read(ReadOnlySpan<byte> block, string place)
    {
        if (block.IsEmpty)
        {
            return null;
        }

        var size = block.Length < 4 ? -1L : BinaryPrimitives.ReadUInt32LittleEndian(block);
        if (size < 4 || size % 4 != 0 || size > block.Length - 4)
        {
            throw new CheckpointException($"{place}: the precompiled character map must begin with the size of its trie, but its first number is {size} and {block.Length} bytes follow in all. Download the file again.");
        }

        var units = new uint[size / 4];
        for (var i = 0; i < units.Length; i++)
        {
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(4 + (4 * i))..]);
        }

        return new CharacterMap(units, block[(int)(4 + size)..].ToArray());
    }

    /// <summary>Tells whether an ASCII character followed by another (or by nothing) is never rewritten.</summary>
    public bool IsPlain(char character) => character < 128 && plain[character];

    /// <summary>Finds a rule for the beginning of <paramref name="text"/>: the longest, or the first that the trie meets.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    /// <param name="longest">Whether the longest rule is wanted.</param>
    /// <param name="length">How many UTF-16 units the rule covers.</param>
    /// <param name="replacement">What <see cref="Replacement"/> takes.</param>
    public bool Find(ReadOnlySpan<char> text, bool longest, out int length, out int replacement)
    {
        length = 0;
        replacement = 0;
        Span<byte> bytes = stackalloc byte[4];
        var position = Offset(units[0]);
        for (var i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text[i..], out var rune, out var used);
            var count = rune.EncodeToUtf8(bytes);
            i += used;
            var hasLeaf = false;
            for (var b = 0; b < count; b++)
            {
                position ^= bytes[b];
                if (bytes[b] == 0 || position >= (uint)units.Length || (units[position] & 0x800000FF) != bytes[b])
                {
                    return length > 0;
                }

                hasLeaf = ((units[position] >> 8) & 1) == 1;
                position ^= Offset(units[position]);
            }

            if (hasLeaf && position < (uint)units.Length)
            {
                length = i;
                replacement = (int)(units[position] & 0x7FFFFFFF);
                if (!longest)
                {
                    return true;
                }
            }
        }

        return length > 0;
    }

    /// <summary>Gets what a rule puts in place, in UTF-8.</summary>
    public ReadOnlySpan<byte> Replacement(int index)
    {
        if (index >= replacements.Length)
        {
            return [];
        }

        var rest = replacements.AsSpan(index);
        var end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);
}
