using System.Text;

namespace Ptgp.Backbone.Tokenization.Decoding;

/// <summary>
/// Joins pieces as SentencePiece does, a stretch between special tokens at a time, and writes special tokens the way of the family. Added tokens part the text: what stands between
/// two of them is joined and trimmed apart, and blanks lie between them.
/// </summary>
/// <param name="kindOf">What an entry is to the model that joins; null when it does not have it.</param>
/// <param name="foldsSpaces">Whether every blank before a stretch's first word is dropped, not one only.</param>
/// <param name="spacing">Where blanks stand around special tokens.</param>
internal sealed class SentencePieceStage(Func<string, PieceKind?> kindOf, bool foldsSpaces, SpecialSpacing spacing) : DecodingStage
{
    private readonly StringBuilder stretch = new();
    private readonly StringBuilder blanks = new();
    private readonly List<byte> bytes = [];
    private readonly bool holdsStretch = spacing == SpecialSpacing.BeforeStretch;
    private bool expectsBlank = true;
    private bool isFirst = true;
    private bool afterSpecial;
    private bool hasText;
    private bool hasParts;

    public override void Accept(string token, bool continues, TokenKind kind)
    {
        switch (kind)
        {
            case TokenKind.Added:
                EndPart();
                Next.Accept(hasParts ? " " + token : token, false, TokenKind.Ordinary);
                hasParts = true;
                break;
            case TokenKind.Special:
                End(spacing == SpecialSpacing.BeforeStretch && !afterSpecial);
                Write(spacing == SpecialSpacing.AfterEach ? token + " " : token);
                (isFirst, afterSpecial) = (false, true);
                break;
            default:
                if (isFirst && holdsStretch && token.StartsWith('▁'))
                {
                    token = token[1..];
                }

                (isFirst, afterSpecial) = (false, false);
                Join(token);
                break;
        }
    }

    public override void Complete()
    {
        End(false);
        Next.Complete();
    }

    private void Join(string token)
    {
        var kind = kindOf(token);
        if (kind == PieceKind.Byte)
        {
            bytes.Add(Convert.ToByte(token[3..5], 16));
            return;
        }

        JoinBytes();
        if (kind == PieceKind.Control)
        {
            return;
        }

        if (kind is null)
        {
            Push(holdsStretch ? token : token.Replace('▁', ' '));
            return;
        }

        if (expectsBlank && token.StartsWith('▁'))
        {
            token = token[1..];
            expectsBlank = foldsSpaces;
        }

        Push(token.Replace('▁', ' '));
    }

    private void JoinBytes()
    {
        var rest = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes);
        while (!rest.IsEmpty)
        {
            var isWhole = Rune.DecodeFromUtf8(rest, out var rune, out var used) == System.Buffers.OperationStatus.Done;
            Push(rune.ToString());
            rest = rest[(isWhole ? used : 1)..];
        }

        bytes.Clear();
    }

    private void Push(string text)
    {
        expectsBlank &= text.Length == 0;
        if (holdsStretch)
        {
            stretch.Append(text);
        }
        else
        {
            Write(text);
        }
    }

    /// <summary>Ends the stretch between two special tokens.</summary>
    private void End(bool addsBlank)
    {
        JoinBytes();
        Write(addsBlank ? " " + stretch : stretch.ToString());
        stretch.Clear();
        expectsBlank = true;
    }

    /// <summary>Ends what stands between two added tokens.</summary>
    private void EndPart()
    {
        End(false);
        blanks.Clear();
        (hasParts, hasText, isFirst, afterSpecial) = (hasParts || hasText, false, true, false);
    }

    /// <summary>Writes text, but holds blanks back until something follows them.</summary>
    private void Write(string text)
    {
        var start = 0;
        while (start < text.Length && (!hasText && IsBlank(text[start])))
        {
            start++;
        }

        var end = text.Length;
        while (end > start && IsBlank(text[end - 1]))
        {
            end--;
        }

        if (start < end)
        {
            if (!hasText && hasParts)
            {
                blanks.Append(' ');
            }

            Next.Accept(blanks.ToString() + text[start..end], false, TokenKind.Ordinary);
            blanks.Clear();
            hasText = true;
        }

        blanks.Append(text, end, text.Length - end);
    }

    // Python's strip() takes the four separators of ASCII for blanks too.
    private static bool IsBlank(char c) => char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F';
}

/// <summary>Where a family's tokenizer puts blanks around special tokens.</summary>
internal enum SpecialSpacing
{
    /// <summary>Nowhere (M2M-100, Pegasus).</summary>
    None,

    /// <summary>Behind each (Marian).</summary>
    AfterEach,

    /// <summary>Before the stretch that ends in one (T5, mBART).</summary>
    BeforeStretch,
}
