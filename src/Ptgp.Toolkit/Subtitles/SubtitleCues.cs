using System.Globalization;
using Ptgp.Toolkit.Speech;

namespace Ptgp.Toolkit.Subtitles;

/// <summary>A text and the times between which it is shown, in seconds.</summary>
public readonly record struct Cue(double Start, double End, string Text);

/// <summary>Lays a transcript out as subtitles, as openai-whisper does.</summary>
public static class SubtitleCues
{
    private const double LongPause = 3;                           // seconds after which a new subtitle begins
    private const int Unlimited = 1000;

    /// <summary>Writes a time: hours (if asked for, or if there are any), minutes, seconds and milliseconds.</summary>
    public static string Time(double seconds, char point, bool hasHours)
    {
        var milliseconds = (long)Math.Round(seconds * 1000);      // half to even
        var (hours, rest) = Math.DivRem(milliseconds, 3_600_000);
        var time = string.Create(CultureInfo.InvariantCulture, $"{rest / 60_000:00}:{rest / 1000 % 60:00}{point}{rest % 1000:000}");
        return hasHours || hours > 0 ? string.Create(CultureInfo.InvariantCulture, $"{hours:00}:{time}") : time;
    }

    /// <summary>Makes the subtitles of a transcript: of its words where they have times, else of its segments.</summary>
    public static IEnumerable<Cue> Of(IReadOnlyList<Segment> segments, SubtitleOptions options)
    {
        if (segments is not [{ Words: not null }, ..])
        {
            return segments.Select(segment => new Cue(segment.Start, segment.End, segment.Text.Trim().Replace("-->", "->", StringComparison.Ordinal)));
        }

        var blocks = Blocks(segments, options);
        return options.HighlightWords ? blocks.SelectMany(Highlight) : blocks.Select(block => new Cue(block[0].Start, block[^1].End, Join(block)));
    }

    // The words that are shown together, each with the line break that comes before it.
    private static IEnumerable<List<Word>> Blocks(IReadOnlyList<Segment> segments, SubtitleOptions options)
    {
        var keepsSegments = options.MaxLineCount is null || options.MaxLineWidth is null;
        var (block, width, lines, last) = (new List<Word>(), 0, 1, segments.SelectMany(segment => segment.Words ?? []).FirstOrDefault()?.Start ?? segments[0].Start);
        foreach (var segment in segments)
        {
            foreach (var (index, word) in (segment.Words ?? []).Index())
            {
                var isFirst = index % (options.MaxWordsPerLine ?? Unlimited) == 0;
                var isPause = !keepsSegments && word.Start - last > LongPause;
                var isBreak = isFirst && block.Count > 0 && keepsSegments;
                var text = word.Text;
                if (width > 0 && width + Width(text) <= (options.MaxLineWidth ?? Unlimited) && !isPause && !isBreak)
                {
                    width += Width(text);
                }
                else
                {
                    text = text.Trim();
                    var isFull = block.Count > 0 && options.MaxLineCount is { } most && (isPause || lines >= most);
                    var isNext = !isFull && !isBreak && width > 0;
                    width = Width(text);
                    if (isFull || isBreak)
                    {
                        yield return block;
                        (block, lines) = ([], 1);
                    }
                    else if (isNext)
                    {
                        (text, lines) = ("\n" + text, lines + 1);
                    }
                }

                block.Add(word with { Text = text });
                last = word.Start;
            }
        }

        if (block.Count > 0)
        {
            yield return block;
        }
    }

    // The whole text again and again: once for each word, which is underlined, and once for each pause between two.
    private static IEnumerable<Cue> Highlight(List<Word> block)
    {
        var last = block[0].Start;
        foreach (var (index, word) in block.Index())
        {
            if (Time(last, '.', true) != Time(word.Start, '.', true))
            {
                yield return new(last, word.Start, Join(block));
            }

            var space = word.Text.Length - word.Text.TrimStart().Length;
            var underlined = $"{word.Text[..space]}<u>{word.Text[space..]}</u>";
            yield return new(word.Start, word.End, string.Concat(block.Select((other, i) => i == index ? underlined : other.Text)));
            last = word.End;
        }
    }

    private static int Width(string text) => text.EnumerateRunes().Count();

    private static string Join(List<Word> block) => string.Concat(block.Select(word => word.Text));
}
