using System.Text;

using Ptgp.Backbone.Tokenization.Models;

namespace Ptgp.Backbone.Tokenization.Normalizers;

/// <summary>
/// Normalization as SentencePiece itself does it: the longest rule of the character map wins, spaces are folded and written as
/// "▁", and a "▁" is put before the first word. (The <c>Precompiled</c> normalizer of tokenizer.json applies the same map differently.)
/// </summary>
internal sealed class SentencePieceNormalizer : Normalizer
{
    public const char Marker = '▁';

    /// <summary>Gets the rewriting rules; null when there are none.</summary>
    public CharacterMap? Map { get; init; }

    /// <summary>Gets whether runs of spaces become one and those at the ends vanish.</summary>
    public bool FoldsSpaces { get; init; } = true;

    /// <summary>Gets whether a space is put before the first word.</summary>
    public bool AddsPrefix { get; init; } = true;

    /// <summary>
    /// Gets whether the first word of a whole text alone gets that space, not every part between added tokens, and blanks at the
    /// start become one (T5's newer way).
    /// </summary>
    public bool PrefixesOnce { get; init; }

    /// <summary>Gets whether that space goes behind the last word instead, and "▁" belongs to the word before it.</summary>
    public bool MarksEnds { get; init; }

    /// <summary>Gets whether spaces become "▁".</summary>
    public bool EscapesSpaces { get; init; } = true;

    /// <summary>Gets pieces that are kept as they are written; null when there are none.</summary>
    public VocabularyTrie? Kept { get; init; }

    public override AlignedText Apply(AlignedText text)
    {
        var result = new AlignedText(text.Length + 1);
        var replaced = new char[16];
        var i = 0;
        if (FoldsSpaces && !PrefixesOnce)
        {
            while (i < text.Length)
            {
                var read = Next(text, i, ref replaced, out var length);
                if (read is not " ")
                {
                    break;
                }

                i += length;
            }
        }

        if (i == text.Length)
        {
            return result;
        }

        var space = EscapesSpaces ? Marker : ' ';
        if (AddsPrefix && !MarksEnds && (!PrefixesOnce || text.Starts[0] == 0))
        {
            result.Add(space, text.Starts[i], text.Starts[i]);
        }

        var afterSpace = FoldsSpaces && !PrefixesOnce;
        while (i < text.Length)
        {
            var read = Next(text, i, ref replaced, out var length);
            while (afterSpace && read.StartsWith(' '))
            {
                read = read[1..];
            }

            var (start, end) = (text.Starts[i], text.Ends[i + length - 1]);
            foreach (var c in read)
            {
                result.Add(c == ' ' ? space : c, start, end);
            }

            afterSpace = FoldsSpaces && (read.IsEmpty ? afterSpace : read[^1] == ' ');
            i += length;
        }

        if (FoldsSpaces)
        {
            result.Cut(result.Characters.TrimEnd(space).Length);
        }

        if (AddsPrefix && MarksEnds)
        {
            var end = result.Length == 0 ? text.Ends[^1] : result.Ends[^1];
            result.Add(space, end, end);
        }

        return result;
    }

    /// <summary>Reads what stands at <paramref name="i"/>, rewritten, and how many units of the text that takes.</summary>
    private ReadOnlySpan<char> Next(AlignedText text, int i, ref char[] buffer, out int length)
    {
        var rest = text.Characters[i..];
        var c = rest[0];
        length = 1;
        if (Kept is not null && Kept.LongestPrefix(rest) is var kept and > 0)
        {
            length = kept;
            return rest[..kept];
        }

        if (Map is not null && !(Map.IsPlain(c) && (rest.Length == 1 || rest[1] < 128)) && Map.Find(rest, longest: true, out length, out var index))
        {
            var bytes = Map.Replacement(index);
            if (buffer.Length < bytes.Length)
            {
                buffer = new char[bytes.Length];
            }

            return buffer.AsSpan(0, Encoding.UTF8.GetChars(bytes, buffer));
        }

        length = char.IsHighSurrogate(c) ? 2 : 1;
        return PrefixesOnce && c == Marker ? " " : rest[..length];
    }
}
