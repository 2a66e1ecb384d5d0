using System.Text;
using System.Text.RegularExpressions;

namespace Ptgp.Toolkit.Metrics;

/// <summary>The tokenizers of sacreBLEU; each gives a line whose tokens stand between white space.</summary>
internal static partial class BleuTokenizers
{
    public static string NameOf(BleuTokenizer tokenizer) => tokenizer switch
    {
        BleuTokenizer.Mteval13a => "13a",
        BleuTokenizer.International => "intl",
        BleuTokenizer.Chinese => "zh",
        BleuTokenizer.Characters => "char",
        _ => "none",
    };

    public static string Tokenize(BleuTokenizer tokenizer, string line) => tokenizer switch
    {
        BleuTokenizer.Mteval13a => Mteval13a(line),
        BleuTokenizer.International => International(line),
        BleuTokenizer.Chinese => Western(Spaced(ReferenceText.Trim(line), IsChinese)),
        BleuTokenizer.Characters => string.Join(' ', line.EnumerateRunes()),
        _ => line,
    };

    private static string Mteval13a(string line)
    {
        var text = new StringBuilder(line)
            .Replace("<skipped>", "").Replace("-\n", "").Replace("\n", " ")
            .Replace("&quot;", "\"").Replace("&amp;", "&").Replace("&lt;", "<").Replace("&gt;", ">");
        return Western($" {text} ");
    }

    /// <summary>Parts ASCII's symbols from words, but for points, commas, dashes and apostrophes.</summary>
    internal static string PartSymbols(string line) => AsciiSymbol().Replace(line, " $1 ");

    /// <summary>Parts points and commas that are not within a number, and dashes behind digits.</summary>
    internal static string PartPoints(string line)
    {
        line = PointAfterOther().Replace(line, "$1 $2 ");
        line = PointBeforeOther().Replace(line, " $1 $2");
        return DashAfterDigit().Replace(line, "$1 $2 ");
    }

    private static string Western(string line) => Joined(PartPoints(PartSymbols(line)));

    // By runes rather than by a regular expression: symbols beyond the basic plane are symbols too.
    private static string International(string line)
    {
        var runes = line.EnumerateRunes().ToList();
        runes = Apart(runes, (first, second) => !Rune.IsNumber(first) && Rune.IsPunctuation(second), (first, second) => [first, Space, second, Space]);
        runes = Apart(runes, (first, second) => Rune.IsPunctuation(first) && !Rune.IsNumber(second), (first, second) => [Space, first, Space, second]);
        return Joined(Spaced(string.Concat(runes), rune => Rune.IsSymbol(rune)));
    }

    // Pairs are taken from the left and do not overlap.
    private static List<Rune> Apart(List<Rune> runes, Func<Rune, Rune, bool> fits, Func<Rune, Rune, Rune[]> apart)
    {
        var result = new List<Rune>(runes.Count);
        for (var i = 0; i < runes.Count; i++)
        {
            if (i + 1 < runes.Count && fits(runes[i], runes[i + 1]))
            {
                result.AddRange(apart(runes[i], runes[i + 1]));
                i++;
            }
            else
            {
                result.Add(runes[i]);
            }
        }

        return result;
    }

    private static string Spaced(string line, Func<Rune, bool> standsAlone)
    {
        var result = new StringBuilder(line.Length);
        foreach (var rune in line.EnumerateRunes())
        {
            if (standsAlone(rune))
            {
                result.Append(' ').Append(rune).Append(' ');
            }
            else
            {
                result.Append(rune);
            }
        }

        return result.ToString();
    }

    private static string Joined(string line) => string.Join(' ', ReferenceText.Words(line));

    private static Rune Space => new(' ');

    // sacreBLEU's table. Its entries for the two ranges beyond the basic plane were written with four-digit escapes, so that they compare
    // as strings of two characters; what they really take is U+2001 to U+2A6D and U+2F81 to U+2FA1, and so do we.
    private static bool IsChinese(Rune rune) => rune.Value is
        (>= 0x3400 and <= 0x4DB5) or (>= 0x4E00 and <= 0x9FBB) or (>= 0xF900 and <= 0xFA2D) or (>= 0xFA30 and <= 0xFA6A) or (>= 0xFA70 and <= 0xFAD9)
        or (>= 0x2001 and <= 0x2A6D) or (>= 0x2F81 and <= 0x2FA1) or (>= 0xFF00 and <= 0xFFEF) or (>= 0x2E80 and <= 0x2EFF) or (>= 0x3000 and <= 0x303F)
        or (>= 0x31C0 and <= 0x31EF) or (>= 0x2F00 and <= 0x2FDF) or (>= 0x2FF0 and <= 0x2FFF) or (>= 0x3100 and <= 0x312F) or (>= 0x31A0 and <= 0x31BF)
        or (>= 0xFE10 and <= 0xFE1F) or (>= 0xFE30 and <= 0xFE4F) or (>= 0x2600 and <= 0x27BF) or (>= 0x3200 and <= 0x33FF);

    [GeneratedRegex(@"([\{-~\[-` -&\(-\+:-@/])")]
    private static partial Regex AsciiSymbol();

    [GeneratedRegex(@"([^0-9])([\.,])")]
    private static partial Regex PointAfterOther();

    [GeneratedRegex(@"([\.,])([^0-9])")]
    private static partial Regex PointBeforeOther();

    [GeneratedRegex("([0-9])(-)")]
    private static partial Regex DashAfterDigit();
}
