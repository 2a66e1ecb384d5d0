using System.Globalization;
using System.Text.RegularExpressions;
using Ptgp.Toolkit.Speech;

namespace Ptgp.SpeechToText.Readers;

/// <summary>Text with times as Whisper writes them: <c>&lt;|0.00|&gt; Hello.&lt;|1.20|&gt;&lt;|1.20|&gt; And you?&lt;|2.04|&gt;</c>.</summary>
internal static partial class TimedText
{
    /// <summary>Tells whether a text begins with a time.</summary>
    public static bool IsTimed(string text) => text.AsSpan().TrimStart() is var start && Mark().EnumerateMatches(start) is var marks && marks.MoveNext() && marks.Current.Index == 0;

    /// <summary>Takes a text apart. A time at its end with nothing behind, as for a segment that goes on, is passed over.</summary>
    /// <returns>The segments; null where a time is missing or earlier than the one before.</returns>
    public static IReadOnlyList<Segment>? Read(string text)
    {
        // By turns what stands between times, and the time behind it.
        var parts = Mark().Split(text.Trim());
        List<Segment> segments = [];
        double? start = null;
        for (var i = 1; i < parts.Length; i += 2)
        {
            var (said, time) = (parts[i - 1], double.Parse(parts[i], CultureInfo.InvariantCulture));
            if (said.Trim().Length == 0)
            {
                start = time;
                continue;
            }

            if (start is not { } begin)
            {
                return null;
            }

            segments.Add(new() { Start = begin, End = time, Text = said });
            start = null;
        }

        return parts[^1].Trim().Length == 0 && segments.Count > 0 && Segment.AreTimed(segments) ? segments : null;
    }

    [GeneratedRegex(@"<\|(\d+(?:\.\d+)?)\|>", RegexOptions.CultureInvariant)]
    private static partial Regex Mark();
}
