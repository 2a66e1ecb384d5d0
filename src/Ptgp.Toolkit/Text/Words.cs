using System.Globalization;
using System.Text;

namespace Ptgp.Toolkit.Text;

/// <summary>Finds the words of a text, in any script.</summary>
public static class Words
{
    /// <summary>Finds words: letters and digits that stand together, with apostrophes, hyphens and points between them; each character of scripts that have no spaces; and each run of one and the same other character.</summary>
    /// <returns>Where the words stand, in order, in UTF-16 code units. Between them is white space, or nothing.</returns>
    public static IReadOnlyList<Range> Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = new List<Range>();
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            var end = EndOf(text, at);
            words.Add(at..end);
            at = end;
        }

        return words;
    }

    private static int EndOf(string text, int start)
    {
        var first = RuneAt(text, start);
        var end = AfterMarks(text, start + first.Utf16SequenceLength);
        if (!IsLetter(first))
        {
            while (end < text.Length && RuneAt(text, end) == first)
            {
                end = AfterMarks(text, end + first.Utf16SequenceLength);
            }

            return end;
        }

        while (!LongText.IsSpaceless(text[start]) && end < text.Length)
        {
            // What joins two halves of a word, or of a number, has a letter or a digit behind it.
            var next = end + 1 < text.Length && IsJoint(text, end) ? end + 1 : end;
            if (!IsLetter(RuneAt(text, next)) || LongText.IsSpaceless(text[next]))
            {
                break;
            }

            end = AfterMarks(text, next + RuneAt(text, next).Utf16SequenceLength);
        }

        return end;
    }

    private static bool IsJoint(string text, int at) =>
        text[at] is '\'' or '’' or '-' or '‑' or '.' || (text[at] == ',' && char.IsDigit(text[at - 1]) && char.IsDigit(text[at + 1]));

    private static bool IsLetter(Rune rune) => Rune.IsLetterOrDigit(rune);

    private static int AfterMarks(string text, int at)
    {
        while (at < text.Length && CharUnicodeInfo.GetUnicodeCategory(text, at) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format)
        {
            at += RuneAt(text, at).Utf16SequenceLength;
        }

        return at;
    }

    // Half a surrogate pair is one character by itself.
    private static Rune RuneAt(string text, int at) => Rune.TryGetRuneAt(text, at, out var rune) ? rune : Rune.ReplacementChar;
}
