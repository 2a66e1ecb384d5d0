using System.Globalization;
using System.Text;

namespace Ptgp.Backbone.Generation.Constraints;

/// <summary>
/// The pattern of texts that match a regular expression: characters, <c>.</c>, classes, <c>\d \w \s</c> and their opposites, groups, <c>|</c>, <c>* + ? {n,m}</c>, and
/// <c>^</c> and <c>$</c> around a whole choice. Beyond ASCII a class names single characters, and its opposite is all of them. What is allowed fits the expression; of what fits,
/// <c>\s</c> and <c>\S</c> leave out what is beyond ASCII.
/// </summary>
internal sealed class TextPattern
{
    // Deeper ones are no expression but an attack on the stack.
    private const int Deepest = 64;

    private readonly ICharacters characters;
    private readonly string text, name, place;
    private int at, depth;

    private TextPattern(ICharacters characters, string text, string name, string place) => (this.characters, this.text, this.name, this.place) = (characters, text, name, place);

    /// <summary>Reads an expression that a whole text matches.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="writes">Tells whether a character can be written.</param>
    /// <param name="lacking">Takes characters that cannot, and would have to be.</param>
    /// <returns>What the text may be; null when it cannot be written.</returns>
    /// <exception cref="FormatException">It is none, or holds what is not known.</exception>
    public static Pattern? Whole(string text, Func<Rune, bool> writes, LackingCharacters lacking) => Of(text, new PlainCharacters(writes, lacking), "A regular expression", "");

    /// <summary>Reads an expression.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="characters">How its characters are written.</param>
    /// <param name="name">What faults call it.</param>
    /// <param name="place">Where faults say it stands: nothing, or <c> at …</c>.</param>
    /// <returns>What may be written for it; null when it cannot be written.</returns>
    /// <exception cref="FormatException">It is none, or holds what is not known.</exception>
    public static Pattern? Of(string text, ICharacters characters, string name, string place)
    {
        TextPattern reader = new(characters, text, name, place);
        var all = reader.Choice(isWhole: true);
        return reader.at == text.Length ? all : throw reader.Unknown(text[reader.at..(reader.at + 1)]);
    }

    private bool Takes(char one)
    {
        var isThere = at < text.Length && text[at] == one;
        at += isThere ? 1 : 0;
        return isThere;
    }

    private Pattern? Choice(bool isWhole)
    {
        List<Pattern?> choices = [];
        do
        {
            // Where it is not tied to the start or the end, anything may stand before or behind.
            var anything = characters.Around;
            var before = !isWhole || Takes('^') ? Pattern.Empty : anything;
            List<Pattern?> parts = [before];
            while (at < text.Length && text[at] is not ('|' or ')' or '$'))
            {
                parts.Add(Repeated(Atom()));
            }

            parts.Add(!isWhole || Takes('$') ? Pattern.Empty : anything);
            choices.Add(Pattern.Join(parts));
        }
        while (Takes('|'));
        return Pattern.Any(choices);
    }

    private Pattern? Atom()
    {
        if (Takes('('))
        {
            if (Takes('?') && !Takes(':'))
            {
                throw Unknown("(?");
            }

            if (++depth > Deepest)
            {
                throw Unknown($"groups more than {Deepest} deep");
            }

            var inside = Choice(isWhole: false);
            depth--;
            return Takes(')') ? inside : throw Unknown("( without )");
        }

        var one = Rune.GetRuneAt(text, at);
        return one.Value is '*' or '+' or '?' or '{' or '}' or ']' or '^' ? throw Unknown(one.ToString())
            : Takes('[') ? Class()
            : Takes('.') ? characters.OneOf(CharacterSet.Of("\n\r").Opposite)
            : characters.OneOf(Takes('\\') ? Escaped() : Literal());
    }

    private Pattern? Repeated(Pattern? part)
    {
        var (least, most) = Takes('*') ? (0, null) : Takes('+') ? (1, null) : Takes('?') ? (0, 1) : Takes('{') ? Counted() : (1, (int?)1);
        if ((least, most) == (1, 1))
        {
            return part;
        }

        Takes('?');     // a lazy one allows the same
        return part is null ? (least == 0 ? Pattern.Empty : null) : most == 0 ? Pattern.Empty : new Pattern.Repeat(part, Pattern.Empty, least, most);
    }

    private (int Least, int? Most) Counted()
    {
        var least = Number();
        var most = !Takes(',') ? least : at < text.Length && text[at] == '}' ? (int?)null : Number();
        return Takes('}') && !(most < least) ? (least, most) : throw Unknown("{");
    }

    private int Number()
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return int.TryParse(text.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Unknown("{");
    }

    private Pattern? Class()
    {
        var (isOpposite, all) = (Takes('^'), CharacterSet.None);
        while (!Takes(']'))
        {
            var first = Member();
            if (at + 1 < text.Length && text[at] == '-' && text[at + 1] != ']')
            {
                at++;
                var last = Member();
                first = first.Single is { } low && last.Single is { } high && low <= high && high < 0x80 ? CharacterSet.Range(low, high) : throw Unknown("a range beyond ASCII, or one that is none");
            }

            all = all.And(first);
        }

        return characters.OneOf(!isOpposite ? all : all.NamesBeyond ? throw Unknown("[^ with a character beyond ASCII") : all.Opposite);
    }

    private CharacterSet Member() => at == text.Length ? throw Unknown("[ without ]") : Takes('\\') ? Escaped() : Literal();

    private CharacterSet Literal()
    {
        var one = Rune.GetRuneAt(text, at);
        at += one.Utf16SequenceLength;
        return CharacterSet.Of(one.ToString());
    }

    private CharacterSet Escaped()
    {
        var one = at < text.Length ? text[at++] : throw Unknown("\\");
        return one switch
        {
            'd' => CharacterSet.Digits,
            'D' => CharacterSet.Digits.Opposite,
            'w' => CharacterSet.Letters,
            'W' => CharacterSet.Letters.Opposite,
            's' => CharacterSet.Blanks,
            // Beyond ASCII, too, there are blanks.
            'S' => CharacterSet.Blanks.Opposite with { IsBeyond = false },
            'n' => CharacterSet.Of("\n"),
            'r' => CharacterSet.Of("\r"),
            't' => CharacterSet.Of("\t"),
            'f' => CharacterSet.Of("\f"),
            'u' => Hexadecimal(4),
            'x' => Hexadecimal(2),
            _ when !char.IsAsciiLetterOrDigit(one) => CharacterSet.Of(one.ToString()),
            _ => throw Unknown($"\\{one}"),
        };
    }

    private CharacterSet Hexadecimal(int digits)
    {
        var isThere = at + digits <= text.Length && int.TryParse(text.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && Rune.IsValid(value)
            ? new Rune(value) : throw Unknown(digits == 4 ? "\\u" : "\\x");
        at += digits;
        return CharacterSet.Of(isThere.ToString());
    }

    private FormatException Unknown(string what) => new(
        $"{name} must be made of characters, '.', classes, \\d, \\w and \\s, groups, '|', '*', '+', '?', '{{n,m}}', and '^' and '$' around all, but{place} it holds {what}. Write it otherwise, or leave it out.");
}
