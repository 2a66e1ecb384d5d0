using System.Text;

namespace Ptgp.Backbone.Generation.Constraints;

/// <summary>Characters: of ASCII each by itself, some beyond it by name, or all beyond it.</summary>
/// <param name="Low">The bits of ASCII's characters.</param>
/// <param name="Named">Those beyond that are named, one after another.</param>
/// <param name="IsBeyond">Whether all beyond are in it.</param>
internal sealed record CharacterSet(UInt128 Low, string Named, bool IsBeyond)
{
    public static CharacterSet None { get; } = new(0, "", false);

    public static CharacterSet Digits { get; } = Range('0', '9');

    public static CharacterSet Letters { get; } = Digits.And(Range('a', 'z')).And(Range('A', 'Z')).And(Of("_"));

    public static CharacterSet Blanks { get; } = Of(" \t\n\r\f\v");

    /// <summary>Gets all others.</summary>
    public CharacterSet Opposite => new(~Low, "", !IsBeyond);

    /// <summary>Gets whether a character beyond ASCII is named.</summary>
    public bool NamesBeyond => Named.Length > 0;

    /// <summary>Gets the character of ASCII that it is alone; null when it is not.</summary>
    public int? Single => UInt128.PopCount(Low) == 1 && Named.Length == 0 && !IsBeyond ? (int)UInt128.TrailingZeroCount(Low) : null;

    /// <summary>Gets the first character that is named; null where none is.</summary>
    public Rune? First => Low != 0 ? new Rune((int)UInt128.TrailingZeroCount(Low)) : Named.Length > 0 ? Rune.GetRuneAt(Named, 0) : null;

    public static CharacterSet Of(string characters) => new(
        characters.Where(char.IsAscii).Aggregate(UInt128.Zero, (bits, one) => bits | (UInt128.One << one)), string.Concat(characters.Where(one => !char.IsAscii(one))), false);

    public static CharacterSet Range(int first, int last) => new((UInt128.MaxValue >> (127 - last)) & (UInt128.MaxValue << first), "", false);

    public CharacterSet And(CharacterSet other) => new(Low | other.Low, Named + other.Named, IsBeyond || other.IsBeyond);

    public bool Has(int character) => (Low >> character & 1) == 1;
}
