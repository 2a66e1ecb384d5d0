using System.Text;

namespace Ptgp.Backbone.Tokenization.Patterns;

/// <summary>
/// Finds words as byte-level vocabularies split them, by hand: what GPT-2's expression finds, or the one that Llama 3 and Qwen 2
/// share. A regular expression of .NET sees the halves of surrogate pairs, where the reference sees letters beyond U+FFFF.
/// </summary>
internal sealed class ByteLevelPattern : TextPattern
{
    private const string Gpt2Expression = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private const string NewerExpression = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private readonly bool isNewer;
    private readonly int digits;

    private ByteLevelPattern(bool isNewer, int digits)
    {
        this.isNewer = isNewer;
        this.digits = digits;
    }

    /// <summary>Gets what GPT-2, BART, RoBERTa and Whisper split by.</summary>
    public static ByteLevelPattern Gpt2 { get; } = new(false, int.MaxValue);

    /// <summary>Finds the pattern that equals an expression; null when it is none of these.</summary>
    public static ByteLevelPattern? For(string expression) => expression switch
    {
        Gpt2Expression => Gpt2,
        NewerExpression => new(true, 3),
        _ when expression == NewerExpression.Replace("{1,3}", "", StringComparison.Ordinal) => new(true, 1),
        _ => null,
    };

    public override void Find(ReadOnlySpan<char> text, List<(int Start, int Length)> found)
    {
        for (var start = 0; start < text.Length;)
        {
            var length = isNewer ? Newer(text[start..]) : Gpt2Word(text[start..]);
            found.Add((start, length));
            start += length;
        }
    }

    private static int Gpt2Word(ReadOnlySpan<char> text)
    {
        if (text[0] == '\'' && Contraction(text, ignoresCase: false) is var contraction and > 0)
        {
            return contraction;
        }

        var lead = text[0] == ' ' ? 1 : 0;
        var kind = KindAt(text, lead);
        return kind is Kind.End or Kind.Space ? Blanks(text) : lead + Run(text[lead..], kind);
    }

    private int Newer(ReadOnlySpan<char> text)
    {
        if (text[0] == '\'' && Contraction(text, ignoresCase: true) is var contraction and > 0)
        {
            return contraction;
        }

        var kind = KindAt(text, 0);
        if (kind == Kind.Letter)
        {
            return Run(text, kind);
        }

        if (kind == Kind.Number)
        {
            return Run(text, kind, digits);
        }

        var used = char.IsHighSurrogate(text[0]) && text.Length > 1 ? 2 : 1;
        if (text[0] is not ('\r' or '\n') && KindAt(text, used) == Kind.Letter)
        {
            return used + Run(text[used..], Kind.Letter);
        }

        var lead = text[0] == ' ' ? 1 : 0;
        if (KindAt(text, lead) == Kind.Other)
        {
            var end = lead + Run(text[lead..], Kind.Other);
            while (end < text.Length && text[end] is '\r' or '\n')
            {
                end++;
            }

            return end;
        }

        var blanks = text[..Run(text, Kind.Space)];
        var line = blanks.LastIndexOfAny('\r', '\n');
        return line >= 0 ? line + 1 : Blanks(text);
    }

    /// <summary>Takes blanks, but leaves the last one to the word behind them.</summary>
    private static int Blanks(ReadOnlySpan<char> text)
    {
        var length = Run(text, Kind.Space);
        return length == text.Length || length == 1 ? length : length - 1;
    }

    private static int Contraction(ReadOnlySpan<char> text, bool ignoresCase)
    {
        if (text.Length < 2)
        {
            return 0;
        }

        var first = Plain(text[1], ignoresCase);
        if (first is 's' or 't' or 'm' or 'd')
        {
            return 2;
        }

        var second = text.Length > 2 ? Plain(text[2], ignoresCase) : '\0';
        return (first, second) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    // The long s is the one character beyond ASCII that folds to a letter of these.
    private static char Plain(char c, bool ignoresCase) => !ignoresCase ? c : c == 'ſ' ? 's' : char.ToLowerInvariant(c);

    private static int Run(ReadOnlySpan<char> text, Kind kind, int most = int.MaxValue)
    {
        var length = 0;
        for (var count = 0; count < most && length < text.Length && KindAt(text, length) == kind; count++)
        {
            length += char.IsHighSurrogate(text[length]) && length + 1 < text.Length ? 2 : 1;
        }

        return length;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, int index)
    {
        if (index >= text.Length)
        {
            return Kind.End;
        }

        var c = text[index];
        if (c < 128)
        {
            return char.IsAsciiLetter(c) ? Kind.Letter : char.IsAsciiDigit(c) ? Kind.Number : char.IsWhiteSpace(c) ? Kind.Space : Kind.Other;
        }

        Rune.DecodeFromUtf16(text[index..], out var rune, out _);
        return CharacterKinds.IsLetter(rune) ? Kind.Letter : CharacterKinds.IsNumber(rune) ? Kind.Number : Rune.IsWhiteSpace(rune) ? Kind.Space : Kind.Other;
    }

    private enum Kind
    {
        End,
        Letter,
        Number,
        Space,
        Other,
    }
}
