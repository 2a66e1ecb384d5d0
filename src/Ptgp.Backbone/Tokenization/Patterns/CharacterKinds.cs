using System.Globalization;
using System.Text;

namespace Ptgp.Backbone.Tokenization.Patterns;

/// <summary>Kinds of characters as the expressions of the reference draw their borders.</summary>
internal static class CharacterKinds
{
    /// <summary>Tells whether a character is a letter (<c>\p{L}</c>).</summary>
    public static bool IsLetter(Rune rune) => rune.IsAscii ? char.IsAsciiLetter((char)rune.Value) : Rune.GetUnicodeCategory(rune) <= UnicodeCategory.OtherLetter;

    /// <summary>Tells whether a character is a number (<c>\p{N}</c>).</summary>
    public static bool IsNumber(Rune rune) => rune.IsAscii
        ? char.IsAsciiDigit((char)rune.Value)
        : Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    /// <summary>Tells whether a character belongs to words (<c>\w</c>).</summary>
    public static bool IsWord(Rune rune) => IsLetter(rune) || IsMark(rune) || rune.Value is 0x200C or 0x200D
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation;

    /// <summary>Tells whether a character is a mark (<c>\p{M}</c>).</summary>
    public static bool IsMark(Rune rune)
        => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    /// <summary>Tells whether a character is punctuation: <c>\p{P}</c>, or any other sign of ASCII.</summary>
    public static bool IsPunctuation(Rune rune) => rune.IsAscii
        ? char.IsAsciiLetterOrDigit((char)rune.Value) == false && rune.Value is > 0x20 and < 0x7F
        : Rune.GetUnicodeCategory(rune) is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation;
}
