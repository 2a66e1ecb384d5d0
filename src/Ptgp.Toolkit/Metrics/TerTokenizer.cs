using System.Text.RegularExpressions;

namespace Ptgp.Toolkit.Metrics;

/// <summary>Tercom's tokenizer.</summary>
internal static partial class TerTokenizer
{
    public static List<string> Words(string text, TerOptions options)
    {
        text = options.CaseSensitive ? text : ReferenceText.Lower(text);
        if (options.Normalized)
        {
            text = Western(text);
            text = options.AsianSupport ? Asian(text) : text;
        }

        if (options.NoPunctuation)
        {
            text = Punctuation().Replace(text, "");
            text = options.AsianSupport ? WidePunctuation().Replace(AsianPunctuation().Replace(text, ""), "") : text;
        }

        return ReferenceText.Words(text);
    }

    // In this order: each step sees the blanks that those before it put in.
    private static string Western(string text)
    {
        text = text.Replace("\n-", "", StringComparison.Ordinal).Replace('\n', ' ')
            .Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal)
            .Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal);
        text = BleuTokenizers.PartSymbols($" {text} ");
        text = text.Replace("'s ", " 's ", StringComparison.Ordinal);
        return BleuTokenizers.PartPoints(PossessiveAtEnd().Replace(text, " 's"));
    }

    // Runs of kana stay together: the reference means to part them from what stands beside them, but looks for them at the start of a text that starts with a blank.
    private static string Asian(string text) => WidePunctuation().Replace(AsianPunctuation().Replace(Ideograph().Replace(text, " $0 "), " $0 "), " $0 ");

    [GeneratedRegex(@"'s\n?\z")]
    private static partial Regex PossessiveAtEnd();

    [GeneratedRegex(@"[\.,\?:;!""\(\)]")]
    private static partial Regex Punctuation();

    // Ideographs, strokes, radicals and compatibility forms. The last range is meant to end with the enclosed letters (U+32FF), but ends as it stands here.
    [GeneratedRegex(@"[\u4e00-\u9fff\u3400-\u4dbf\u31c0-\u31ef\u2e80-\u2eff\u3300-\u33ff\uf900-\ufaff\ufe30-\ufe4f\u3200-\u3f22]")]
    private static partial Regex Ideograph();

    [GeneratedRegex(@"[\u3001\u3002\u3008-\u3011\u3014-\u301f\uff61-\uff65\u30fb]")]
    private static partial Regex AsianPunctuation();

    [GeneratedRegex(@"[\uff0e\uff0c\uff1f\uff1a\uff1b\uff01\uff02\uff08\uff09]")]
    private static partial Regex WidePunctuation();
}
