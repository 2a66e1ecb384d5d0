namespace Ptgp.Toolkit.Speech;

/// <summary>Cleans the times of words as the reference does: words that are too long beside a pause or a sentence's end are shortened, punctuation joins its word.</summary>
public static class WordTimes
{
    private const string SentenceEnds = ".。!！?？";
    private const double LongestMedian = 0.7;

    /// <summary>Gives each segment its words, and times that fit them.</summary>
    /// <param name="segments">The segments of a window.</param>
    /// <param name="alignment">The window's words.</param>
    /// <param name="isText">Tells whether a token is text.</param>
    /// <param name="windowStart">When the window begins, in seconds.</param>
    /// <param name="spoken">When the last word before it ends.</param>
    /// <param name="prepended">The punctuation that joins the word behind it.</param>
    /// <param name="appended">The punctuation that joins the word before it.</param>
    public static Segment[] Give(IReadOnlyList<Segment> segments, IReadOnlyList<TimedWord> alignment, Func<int, bool> isText, double windowStart, double spoken, string prepended, string appended)
    {
        var (words, median) = (alignment.ToArray(), Median([.. alignment.Select(word => word.End - word.Start).Where(duration => duration != 0)]));
        if (median is not null)
        {
            Shorten(words, 2 * median.Value);
        }

        Join(words, prepended, appended);
        var (given, next) = (new Segment[segments.Count], 0);
        for (var i = 0; i < given.Length; i++)
        {
            var (mine, left) = (new List<Word>(), segments[i].Tokens.Count(isText));
            for (; next < words.Length && left > 0; left -= words[next++].Ids.Count)
            {
                if (words[next] is { Text.Length: > 0 } word)
                {
                    mine.Add(new() { Text = word.Text, Start = Round(windowStart + word.Start), End = Round(windowStart + word.End), Probability = word.Probability });
                }
            }

            given[i] = mine.Count == 0 ? segments[i] with { Words = mine } : Fit(segments[i], mine, spoken, median ?? 0);
            spoken = mine.Count == 0 ? spoken : given[i].End;
        }

        return given;
    }

    /// <summary>Joins punctuation to the word behind it or before it; what was joined is left without text.</summary>
    public static void Join(TimedWord[] words, string prepended, string appended)
    {
        for (var (at, word) = (words.Length - 2, words.Length - 1); at >= 0; at--)
        {
            if (words[at].Text.StartsWith(' ') && prepended.Contains(words[at].Text.Trim(), StringComparison.Ordinal))
            {
                words[word] = words[word] with { Text = words[at].Text + words[word].Text, Ids = [.. words[at].Ids, .. words[word].Ids] };
                words[at] = words[at] with { Text = "", Ids = [] };
            }
            else
            {
                word = at;
            }
        }

        for (var (word, at) = (0, 1); at < words.Length; at++)
        {
            if (!words[word].Text.EndsWith(' ') && appended.Contains(words[at].Text, StringComparison.Ordinal))
            {
                words[word] = words[word] with { Text = words[word].Text + words[at].Text, Ids = [.. words[word].Ids, .. words[at].Ids] };
                words[at] = words[at] with { Text = "", Ids = [] };
            }
            else
            {
                word = at;
            }
        }
    }

    // A word that is longer than usual at a sentence's end reaches into the pause.
    private static void Shorten(TimedWord[] words, double longest)
    {
        for (var i = 1; i < words.Length; i++)
        {
            if (words[i].End - words[i].Start > longest)
            {
                words[i] = SentenceEnds.Contains(words[i].Text, StringComparison.Ordinal) ? words[i] with { End = words[i].Start + longest }
                    : SentenceEnds.Contains(words[i - 1].Text, StringComparison.Ordinal) ? words[i] with { Start = words[i].End - longest }
                    : words[i];
            }
        }
    }

    // The first two words after a pause are not longer than usual, and where segment and words disagree much, the nearer one is right.
    private static Segment Fit(Segment segment, List<Word> words, double spoken, double median)
    {
        var longest = 2 * median;
        if (words[0].End - spoken > 4 * median && (words[0].End - words[0].Start > longest || (words.Count > 1 && words[1].End - words[0].Start > 2 * longest)))
        {
            if (words.Count > 1 && words[1].End - words[1].Start > longest)
            {
                var boundary = Math.Max(words[1].End / 2, words[1].End - longest);
                (words[0], words[1]) = (words[0] with { End = boundary }, words[1] with { Start = boundary });
            }

            words[0] = words[0] with { Start = Math.Max(0, words[0].End - longest) };
        }

        if (segment.Start < words[0].End && segment.Start - 0.5 > words[0].Start)
        {
            words[0] = words[0] with { Start = Math.Max(0, Math.Min(words[0].End - median, segment.Start)) };
        }
        else
        {
            segment = segment with { Start = words[0].Start };
        }

        if (segment.End > words[^1].Start && segment.End + 0.5 < words[^1].End)
        {
            words[^1] = words[^1] with { End = Math.Max(words[^1].Start + median, segment.End) };
        }
        else
        {
            segment = segment with { End = words[^1].End };
        }

        return segment with { Words = words };
    }

    private static double? Median(double[] durations)
    {
        Array.Sort(durations);
        var half = durations.Length / 2;
        return durations.Length == 0 ? null : Math.Min(LongestMedian, durations.Length % 2 == 1 ? durations[half] : (durations[half - 1] + durations[half]) / 2);
    }

    private static double Round(double seconds) => Math.Round(seconds, 2);
}
