using System.Text;

namespace Ptgp.Toolkit.Json;

/// <summary>The patterns of JSON's texts and numbers, of the characters that can be written.</summary>
internal sealed class JsonScalars
{
    // Beyond these readers lose precision, and a backbone may never find the end.
    private const int MostDigits = 15;

    private readonly Func<Rune, bool> writes;
    private readonly Pattern? character;

    /// <summary>Makes the patterns.</summary>
    /// <param name="writes">Tells whether a character can be written.</param>
    public JsonScalars(Func<Rune, bool> writes)
    {
        this.writes = writes;
        var hex = OneOf("0123456789abcdefABCDEF");
        // \uD800 to \uDFFF are halves of a character.
        var escape = Pattern.Any(
            OneOf("\"\\/bfnrt"),
            Pattern.Join(OneOf("u"), Pattern.Any(Pattern.Join(OneOf("0123456789abcefABCEF"), hex), Pattern.Join(OneOf("dD"), OneOf("01234567"))), hex, hex));
        character = Pattern.Any(
            OneOf(string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(one => (char)one).Where(one => one is not ('"' or '\\')))),
            Pattern.Join(OneOf("\\"), escape),
            // UTF-8, without halves and overlong forms.
            Bytes((0xC2, 0xDF), (0x80, 0xBF)),
            Bytes((0xE0, 0xE0), (0xA0, 0xBF), (0x80, 0xBF)),
            Bytes((0xE1, 0xEC), (0x80, 0xBF), (0x80, 0xBF)),
            Bytes((0xED, 0xED), (0x80, 0x9F), (0x80, 0xBF)),
            Bytes((0xEE, 0xEF), (0x80, 0xBF), (0x80, 0xBF)),
            Bytes((0xF0, 0xF0), (0x90, 0xBF), (0x80, 0xBF), (0x80, 0xBF)),
            Bytes((0xF1, 0xF3), (0x80, 0xBF), (0x80, 0xBF), (0x80, 0xBF)),
            Bytes((0xF4, 0xF4), (0x80, 0x8F), (0x80, 0xBF), (0x80, 0xBF)));
        var digit = OneOf("0123456789");
        Integer = Pattern.Join(Pattern.Optional(OneOf("-")), Pattern.Any(OneOf("0"), Pattern.Join(OneOf("123456789"), Digits(digit, 0, MostDigits - 1))));
        Number = Pattern.Join(
            Integer,
            Pattern.Optional(Pattern.Join(OneOf("."), Digits(digit, 1, MostDigits))),
            Pattern.Optional(Pattern.Join(OneOf("eE"), Pattern.Optional(OneOf("+-")), Digits(digit, 1, 2))));
    }

    /// <summary>Gets a whole number; null when it cannot be written.</summary>
    public Pattern? Integer { get; }

    /// <summary>Gets a number.</summary>
    public Pattern? Number { get; }

    /// <summary>Makes a text of so many characters.</summary>
    public Pattern? String(int least, int? most) => most < least || character is null ? null
        : Pattern.Join(OneOf("\""), most == 0 ? Pattern.Empty : new Pattern.Repeat(character, Pattern.Empty, least, most), OneOf("\""));

    private static Pattern? Digits(Pattern? digit, int least, int most) => digit is null ? (least == 0 ? Pattern.Empty : null) : new Pattern.Repeat(digit, Pattern.Empty, least, most);

    private Pattern? OneOf(string characters) => Pattern.Any(characters.Where(one => writes(new(one))).Select(one => new Pattern.Bytes((byte)one, (byte)one)));

    private static Pattern.Sequence Bytes(params (int First, int Last)[] ranges) => new([.. ranges.Select(range => new Pattern.Bytes((byte)range.First, (byte)range.Last))]);
}
