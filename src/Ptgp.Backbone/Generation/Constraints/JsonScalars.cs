using System.Text;

namespace Ptgp.Backbone.Generation.Constraints;

/// <summary>The patterns of JSON's texts and numbers, of the characters that can be written.</summary>
internal sealed class JsonScalars : ICharacters
{
    // Beyond these readers lose precision, and a backbone may never find the end.
    private const int MostDigits = 15;

    private readonly Func<Rune, bool> writes;
    private readonly NumberRange numbers;
    private readonly Pattern? character;

    /// <summary>Makes the patterns.</summary>
    /// <param name="writes">Tells whether a character can be written.</param>
    public JsonScalars(Func<Rune, bool> writes)
    {
        (this.writes, numbers) = (writes, new(OneOf, MostDigits));
        var hex = OneOf("0123456789abcdefABCDEF");
        // \uD800 to \uDFFF are halves of a character.
        var escape = Pattern.Any(
            OneOf("\"\\/bfnrt"),
            Pattern.Join(OneOf("u"), Pattern.Any(Pattern.Join(OneOf("0123456789abcefABCEF"), hex), Pattern.Join(OneOf("dD"), OneOf("01234567"))), hex, hex));
        character = Pattern.Any(
            OneOf(string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(one => (char)one).Where(one => one is not ('"' or '\\')))),
            Pattern.Join(OneOf("\\"), escape),
            Utf8Pattern.BeyondAscii,
            Utf8Pattern.Separators);
        var digit = OneOf("0123456789");
        Integer = Pattern.Join(Pattern.Optional(OneOf("-")), Pattern.Any(OneOf("0"), Pattern.Join(OneOf("123456789"), Digits(digit, 0, MostDigits - 1))));
        Number = Pattern.Join(
            Integer,
            Pattern.Optional(Pattern.Join(OneOf("."), Digits(digit, 1, MostDigits))),
            Pattern.Optional(Pattern.Join(OneOf("eE"), Pattern.Optional(OneOf("+-")), Digits(digit, 1, 2))));
    }

    /// <summary>Gets characters that values would have to hold and that cannot be written.</summary>
    public LackingCharacters Lacking { get; } = new();

    /// <summary>Gets a whole number; null when it cannot be written.</summary>
    public Pattern? Integer { get; }

    /// <summary>Gets a number.</summary>
    public Pattern? Number { get; }

    /// <summary>Makes a number within bounds.</summary>
    public Pattern? Within(NumberBounds bounds, bool isWhole) => !bounds.Any ? (isWhole ? Integer : Number) : isWhole ? numbers.Whole(bounds) : numbers.Any(bounds);

    /// <summary>Makes a text that holds a regular expression.</summary>
    public Pattern? Matching(string expression, string place) => Pattern.Join(Quote(), TextPattern.Of(expression, this, $"'pattern' of a JSON schema", $" at {place}"), Quote());

    /// <inheritdoc />
    /// <remarks>Any characters, or none: an expression need only be found in the text.</remarks>
    public Pattern Around => character is null ? Pattern.Empty : new Pattern.Repeat(character, Pattern.Empty, 0, null);

    /// <inheritdoc />
    public Pattern? OneOf(CharacterSet set)
    {
        // Control characters and what a text's form needs are escaped.
        (char Character, string Text)[] escaped = [('"', "\\\""), ('\\', "\\\\"), ('\b', "\\b"), ('\f', "\\f"), ('\n', "\\n"), ('\r', "\\r"), ('\t', "\\t")];
        var one = Pattern.Any(
        [
            OneOf(string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Where(one => one is not ('"' or '\\') && set.Has(one)).Select(one => (char)one))),
            .. escaped.Where(one => set.Has(one.Character)).Select(one => Pattern.Join([.. one.Text.Select(part => OneOf(part.ToString()))])),
            .. set.Named.EnumerateRunes().Select(one => writes(one) ? Pattern.Text(one.ToString()) : null),
            set.IsBeyond ? Utf8Pattern.BeyondAscii : null,
        ]);
        Lacking.Add(one is null ? set.First : null);
        return one;
    }

    /// <summary>Makes a text of so many characters.</summary>
    public Pattern? String(int least, int? most) => most < least || character is null ? null
        : Pattern.Join(Quote(), most == 0 ? Pattern.Empty : new Pattern.Repeat(character, Pattern.Empty, least, most), Quote());

    private Pattern? Quote()
    {
        var quote = OneOf("\"");
        Lacking.Add(quote is null ? new Rune('"') : null);
        return quote;
    }

    private static Pattern? Digits(Pattern? digit, int least, int most) => digit is null ? (least == 0 ? Pattern.Empty : null) : new Pattern.Repeat(digit, Pattern.Empty, least, most);

    private Pattern? OneOf(string characters) => Pattern.Any(characters.Where(one => writes(new(one))).Select(one => new Pattern.Bytes((byte)one, (byte)one)));
}
