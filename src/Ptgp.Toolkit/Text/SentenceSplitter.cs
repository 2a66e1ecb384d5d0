using System.Globalization;

namespace Ptgp.Toolkit.Text;

/// <summary>Finds where sentences begin and end, by rules. What it is unsure of it leaves together.</summary>
public static class SentenceSplitter
{
    private const string Ends = ".!?…؟۔։።။";
    private const string EndsWithoutSpace = "。！？｡।॥";
    private const string Closers = "\"'”’»›)]}」』）】》〉";
    private const string Openers = "\"'“‘„«‹([{¿¡-–—「『（【《〈";

    // Where an ordinal is written with a point: 'am 3. Oktober'.
    private static readonly HashSet<string> WithOrdinals = ["de", "da", "nb", "nn", "no", "fi", "cs", "sk", "pl", "hu", "hr", "sl", "sr", "bs", "et", "lv", "tr", "is"];

    /// <summary>Splits a text into sentences.</summary>
    /// <param name="text">The text.</param>
    /// <param name="language">Its language, as <see cref="Language.Find"/> takes it; null when it is not known.</param>
    /// <returns>Where the sentences stand, in order, without the white space around them; what stands between them is white space alone.</returns>
    public static IReadOnlyList<Range> Split(string text, string? language = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var code = language is null ? null : Language.Find(language)?.Code;
        var sentences = new List<Range>();
        var start = AfterSpace(text, 0);
        for (var at = start; at < text.Length;)
        {
            var end = at + 1;
            if (char.IsWhiteSpace(text[at]))
            {
                end = AfterSpace(text, at);
                if (end == text.Length || text.AsSpan(at, end - at).Count('\n') < 2)
                {
                    at = end;
                    continue;
                }

                // An empty line ends a paragraph, whatever stands before it.
                end = at;
            }
            else if (EndsWithoutSpace.Contains(text[at], StringComparison.Ordinal))
            {
                end = AfterClosers(text, AfterEnds(text, at), code);
                if (IsInsideQuote(text, at, end))
                {
                    at = end;
                    continue;
                }
            }
            else if (Ends.Contains(text[at], StringComparison.Ordinal))
            {
                end = AfterClosers(text, AfterEnds(text, at), code);
                if (!EndsSentence(text, start, at, end, code))
                {
                    at = end;
                    continue;
                }
            }
            else
            {
                at = end;
                continue;
            }

            sentences.Add(start..end);
            at = start = AfterSpace(text, end);
        }

        var last = text.AsSpan(start).TrimEnd().Length;
        if (last > 0)
        {
            sentences.Add(start..(start + last));
        }

        return sentences;
    }

    private static bool EndsSentence(string text, int start, int at, int end, string? language)
    {
        var next = AfterSpace(text, end);
        if (next == end && end < text.Length)
        {
            return false;
        }

        var first = next;
        while (first < text.Length && Openers.Contains(text[first], StringComparison.Ordinal))
        {
            first++;
        }

        if (first < text.Length && char.IsLower(text[first]))
        {
            return false;
        }

        return text[at] != '.' || end != at + 1 || !PointBelongsToWord(text, start, at, first < text.Length && char.IsDigit(text[first]), language);
    }

    // An abbreviation, an initial or an ordinal rather than the end of a sentence.
    private static bool PointBelongsToWord(string text, int start, int at, bool isBeforeDigit, string? language)
    {
        var begin = at;
        while (begin > start && !char.IsWhiteSpace(text[begin - 1]))
        {
            begin--;
        }

        var word = text[begin..at].TrimStart([.. Openers]);
        if (word.Length == 0)
        {
            return false;
        }

        if (word.All(char.IsDigit))
        {
            return begin == start || (word.Length <= 2 && (language is null || WithOrdinals.Contains(language)));
        }

        var isInitials = word.Split('.').All(part => part.Length == 1 && char.IsUpper(part[0]));
        return isInitials || Abbreviations.Contains(word, isBeforeDigit, language);
    }

    // '「…。」と言った': what follows in hiragana goes on with the sentence around the quote.
    private static bool IsInsideQuote(string text, int at, int end) =>
        end < text.Length && Closers.Contains(text[end - 1], StringComparison.Ordinal) && end - 1 > at && text[end] is >= '\u3041' and <= '\u309F';

    private static int AfterEnds(string text, int at)
    {
        while (at < text.Length && (Ends.Contains(text[at], StringComparison.Ordinal) || EndsWithoutSpace.Contains(text[at], StringComparison.Ordinal)))
        {
            at++;
        }

        return at;
    }

    // French puts a space before its closing quote; elsewhere » after a space may open one.
    private static int AfterClosers(string text, int at, string? language)
    {
        while (at < text.Length)
        {
            if (Closers.Contains(text[at], StringComparison.Ordinal) || IsGermanCloser(text, at) || CharUnicodeInfo.GetUnicodeCategory(text[at]) == UnicodeCategory.NonSpacingMark)
            {
                at++;
            }
            else if (at + 1 < text.Length && text[at + 1] == '»' && (text[at] is '\u00A0' or '\u202F' || (text[at] == ' ' && language == "fr")))
            {
                at += 2;
            }
            else
            {
                break;
            }
        }

        return at;
    }

    // “ closes a German quote and opens an English or a Chinese one.
    private static bool IsGermanCloser(string text, int at) => text[at] == '“' && (at + 1 == text.Length || char.IsWhiteSpace(text[at + 1]) || char.IsPunctuation(text[at + 1]));

    private static int AfterSpace(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at;
    }
}
