using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Ptgp.Toolkit.Text.Normalization;

/// <summary>What Whisper's normalizers have in common.</summary>
internal static partial class TextRules
{
    // Letters that no normal form takes apart.
    private static readonly Dictionary<int, string> letters = new()
    {
        ['œ'] = "oe",
        ['Œ'] = "OE",
        ['ø'] = "o",
        ['Ø'] = "O",
        ['æ'] = "ae",
        ['Æ'] = "AE",
        ['ß'] = "ss",
        ['ẞ'] = "SS",
        ['đ'] = "d",
        ['Đ'] = "D",
        ['ð'] = "d",
        ['Ð'] = "D",
        ['þ'] = "th",
        ['Þ'] = "th",
        ['ł'] = "l",
        ['Ł'] = "L",
    };

    /// <summary>Makes letters small. Unlike .NET's own, a Greek sigma at the end of a word takes its other form, and a Turkish İ keeps its point.</summary>
    public static string Lower(string text) =>
        FinalSigma().Replace(text.Replace("İ", "i\u0307", StringComparison.Ordinal), match => match.Value[..^1] + "ς").ToLowerInvariant();

    /// <summary>Takes out what stands in brackets: remarks that nobody said.</summary>
    public static string WithoutRemarks(string text) => Parentheses().Replace(Brackets().Replace(text, ""), "");

    /// <summary>Puts a space in the place of each mark, symbol and sign, but of those to be kept.</summary>
    public static string WithoutSymbols(string text) =>
        Map(NormalForm.Of(text, NormalizationForm.FormKC), rune => IsSymbol(rune) ? " " : null);

    /// <summary>Does the same, takes accents off, and writes special letters with plain ones.</summary>
    public static string WithoutSymbolsAndAccents(string text, string kept = "") => Map(NormalForm.Of(text, NormalizationForm.FormKD), rune =>
        rune.IsBmp && kept.Contains((char)rune.Value, StringComparison.Ordinal) ? null
        : letters.TryGetValue(rune.Value, out var plain) ? plain
        : Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark ? ""
        : IsSymbol(rune) ? " " : null);

    /// <summary>Makes one space of many.</summary>
    public static string SingleSpaced(string text) => Spaces().Replace(text, " ");

    private static bool IsSymbol(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
        or UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.ModifierSymbol or UnicodeCategory.OtherSymbol
        or UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation
        or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;

    private static string Map(string text, Func<Rune, string?> replacement)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            result.Append(replacement(rune) ?? rune.ToString());
        }

        return result.ToString();
    }

    [GeneratedRegex(@"\p{L}\p{M}*Σ(?![\p{M}\p{Po}]*\p{L})")]
    private static partial Regex FinalSigma();

    [GeneratedRegex(@"[<\[][^>\]]*[>\]]")]
    private static partial Regex Brackets();

    [GeneratedRegex(@"\(([^)]+?)\)")]
    private static partial Regex Parentheses();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
