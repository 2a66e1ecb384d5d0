using System.Text;

namespace Ptgp.Toolkit.Text;

/// <summary>Cuts text that is too long into pieces that are not, and joins what was made of them.</summary>
public static class LongText
{
    /// <summary>Cuts a text into its sentences, and those that are still too long at commas, then at white space, then anywhere.</summary>
    /// <param name="text">The text.</param>
    /// <param name="fits">Tells whether a piece is short enough.</param>
    /// <param name="language">The text's language, as <see cref="Language.Find"/> takes it; null when it is not known.</param>
    /// <returns>Where the pieces stand, in order. What stands between them is white space alone. A single character is never cut, whether it fits or not.</returns>
    public static IReadOnlyList<Range> Split(string text, Predicate<string> fits, string? language = null)
    {
        ArgumentNullException.ThrowIfNull(fits);
        var pieces = new List<Range>();
        foreach (var sentence in SentenceSplitter.Split(text, language))
        {
            Halve(text, sentence, fits, pieces);
        }

        return pieces;
    }

    /// <summary>Finds the lines of a text that hold something, without the white space around them.</summary>
    public static IEnumerable<Range> Lines(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOfAny(['\r', '\n'], at);
            end = end < 0 ? text.Length : end;
            var line = text.AsSpan(at, end - at);
            var (lead, length) = (line.Length - line.TrimStart().Length, line.Trim().Length);
            if (length > 0)
            {
                yield return (at + lead)..(at + lead + length);
            }

            at = end + 1;
        }
    }

    /// <summary>Joins what was made of the pieces of a text with the white space that stood between them. Scripts that have no spaces between sentences get none, and those that have get one.</summary>
    /// <param name="text">The text that was cut.</param>
    /// <param name="pieces">Its pieces.</param>
    /// <param name="made">What was made of the first pieces, or of all.</param>
    /// <param name="places">Takes where each of these stands in what is joined; null when nobody asks.</param>
    public static string Join(string text, IReadOnlyList<Range> pieces, IEnumerable<string> made, ICollection<int>? places = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(pieces);
        ArgumentNullException.ThrowIfNull(made);
        var (joined, index) = (new StringBuilder(), 0);
        foreach (var piece in made)
        {
            var gap = index > 0 ? text[pieces[index - 1].End..pieces[index].Start] : "";
            // Lines stay where they are, even if nothing was made of one.
            if (gap.Contains('\n', StringComparison.Ordinal))
            {
                joined.Append(gap);
            }
            else if (index > 0 && joined.Length > 0 && piece.Length > 0)
            {
                joined.Append(gap is not ("" or " ") ? gap : IsSpaceless(joined[^1]) || IsSpaceless(piece[0]) ? "" : " ");
            }

            places?.Add(joined.Length);
            joined.Append(piece);
            index++;
        }

        return joined.ToString();
    }

    /// <summary>Makes the error of a task whose option <c>overlong</c> is <see cref="Overlong.Error"/>.</summary>
    /// <param name="length">How many tokens the text has.</param>
    /// <param name="most">How many are read.</param>
    public static FormatException Refusal(int length, int most) =>
        new($"A text must have at most {most} tokens, but this one has {length}. Shorten it, or set the task's option 'overlong' to 'split' or 'truncate'.");

    /// <summary>Refuses a prefix, the task's option <c>prefix</c>, beside which no text can be read.</summary>
    /// <param name="length">How many tokens the prefix has, special ones included.</param>
    /// <param name="most">How many are read.</param>
    /// <exception cref="OptionException">It leaves no room.</exception>
    public static void CheckPrefix(int length, int most)
    {
        if (length >= most)
        {
            throw new OptionException("prefix", $"must leave room for text, but has {length} tokens of the {most} that are read. Shorten it, or raise the recipe's 'maxInputLength'.");
        }
    }

    private static void Halve(string text, Range range, Predicate<string> fits, List<Range> pieces)
    {
        var (start, end) = (range.Start.Value, range.End.Value);
        if (fits(text[start..end]) || Middle(text, start, end) is not { } middle)
        {
            pieces.Add(start..end);
            return;
        }

        var (left, right) = (middle, middle);
        while (char.IsWhiteSpace(text[left - 1]))
        {
            left--;
        }

        while (char.IsWhiteSpace(text[right]))
        {
            right++;
        }

        Halve(text, start..left, fits, pieces);
        Halve(text, right..end, fits, pieces);
    }

    // The place nearest to the middle where a cut hurts least: after a comma or the like in the middle half, else at white space there, else between any two characters.
    private static int? Middle(string text, int start, int end)
    {
        var (half, reach) = (start + ((end - start) / 2), (end - start) / 4);
        return Nearest(half, reach, at => IsPause(text[at - 1]) && (char.IsWhiteSpace(text[at]) || IsSpaceless(text[at - 1])))
            ?? Nearest(half, end - start, at => char.IsWhiteSpace(text[at]))
            ?? Nearest(half, end - start, at => !char.IsLowSurrogate(text[at]) || !char.IsHighSurrogate(text[at - 1]));

        int? Nearest(int middle, int within, Predicate<int> isGood)
        {
            for (var distance = 0; distance <= within; distance++)
            {
                foreach (var at in (ReadOnlySpan<int>)[middle - distance, middle + distance])
                {
                    if (at > start && at < end && isGood(at))
                    {
                        return at;
                    }
                }
            }

            return null;
        }
    }

    private static bool IsPause(char c) => c is ',' or ';' or ':' or '–' or '—' or '、' or '，' or '；' or '：' or '،' or '؛';

    /// <summary>Tells whether a character is of a script that has no spaces.</summary>
    // Chinese, Japanese, Thai, Lao, Khmer, Burmese and the full-width forms; not Korean, which has spaces.
    internal static bool IsSpaceless(char c) => c is (>= '\u0E00' and <= '\u0EFF') or (>= '\u1000' and <= '\u109F') or (>= '\u1780' and <= '\u17FF')
        or (>= '\u2E80' and <= '\u312F') or (>= '\u31A0' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF') or (>= '\uFF00' and <= '\uFFEF');
}
