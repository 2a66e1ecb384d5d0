using System.Globalization;

namespace Ptgp.Toolkit.Metrics;

/// <summary>Text as the reference implementations see it: Python's notions of white space, lower case and printed numbers.</summary>
internal static class ReferenceText
{
    /// <summary>Gets the version of sacreBLEU whose results these metrics equal; it is part of its signatures.</summary>
    public const string Version = "2.6.0";

    // str.isspace also takes the four ASCII separators U+001C to U+001F.
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    public static string TrimEnd(string text)
    {
        var end = text.Length;
        while (end > 0 && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[..end];
    }

    public static string Trim(string text)
    {
        var start = 0;
        while (start < text.Length && IsSpace(text[start]))
        {
            start++;
        }

        return TrimEnd(text[start..]);
    }

    public static List<string> Words(string text)
    {
        var words = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var start = at;
            while (at < text.Length && !IsSpace(text[at]))
            {
                at++;
            }

            if (at > start)
            {
                words.Add(text[start..at]);
            }
            else
            {
                at++;
            }
        }

        return words;
    }

    /// <summary>Lowers a text as <c>str.lower</c> does: by Unicode's full mapping, which differs from the invariant culture's for two characters.</summary>
    public static string Lower(string text)
    {
        if (text.Contains('Σ', StringComparison.Ordinal))
        {
            text = string.Create(text.Length, text, static (lower, source) =>
            {
                for (var i = 0; i < lower.Length; i++)
                {
                    lower[i] = source[i] == 'Σ' && EndsWord(source, i) ? 'ς' : source[i];
                }
            });
        }

        return text.Replace("İ", "i\u0307", StringComparison.Ordinal).ToLowerInvariant();
    }

    /// <summary>Prints a number with as many decimals; a tie goes to the even digit, as Python has it.</summary>
    public static string Print(double value, int decimals)
    {
        var scale = Math.Pow(10, decimals);
        var half = Math.Floor(value * scale) + 0.5;
        var isTie = Math.FusedMultiplyAdd(value, scale, -half) == 0;
        return (isTie ? Math.Round(half, MidpointRounding.ToEven) / scale : value).ToString("F" + decimals, CultureInfo.InvariantCulture);
    }

    // Unicode's Final_Sigma: a cased letter stands before and none after, whatever is ignorable in between.
    private static bool EndsWord(string text, int at)
    {
        var (before, after) = (at - 1, at + 1);
        while (before >= 0 && IsCaseIgnorable(text[before]))
        {
            before--;
        }

        while (after < text.Length && IsCaseIgnorable(text[after]))
        {
            after++;
        }

        return before >= 0 && char.IsLetter(text[before]) && !(after < text.Length && char.IsLetter(text[after]));
    }

    private static bool IsCaseIgnorable(char c) => c is '\'' or '.' or ':' or '·' or '‘' or '’' || CharUnicodeInfo.GetUnicodeCategory(c) is
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;
}
