using System.Globalization;
using System.Text.RegularExpressions;
using Ptgp.Toolkit.Readers;
using Ptgp.Toolkit.Speech;

namespace Ptgp.SpeechToText.Readers;

/// <summary>Reads subtitles, SubRip's (<c>.srt</c>) and those of the web (<c>.vtt</c>): a line with two times, and the lines below it up to an empty one.</summary>
internal static partial class SubtitleFile
{
    /// <summary>Reads a file. Tags such as <c>&lt;i&gt;</c>, numbers and notes are passed over.</summary>
    /// <exception cref="InvalidDataException">A subtitle ends before it begins; the message names file and line.</exception>
    public static IReadOnlyList<Segment> Read(string path)
    {
        List<Segment> segments = [];
        Segment? open = null;
        foreach (var line in TextFile.Read(path))
        {
            if (Times().Match(line.Text) is { Success: true } times)
            {
                Close();
                open = new() { Start = Seconds(times, 1), End = Seconds(times, 4), Text = "" };
                if (open.End < open.Start)
                {
                    throw line.Fault($"a subtitle must end after it begins, but goes from {open.Start} to {open.End} s.");
                }
            }
            else if (line.Text.Trim().Length == 0)
            {
                Close();
            }
            else
            {
                open = open is null ? null : open with { Text = $"{open.Text} {Tag().Replace(line.Text, "").Trim()}" };
            }
        }

        Close();
        return segments;

        void Close()
        {
            segments.AddRange(string.IsNullOrWhiteSpace(open?.Text) ? [] : [open]);
            open = null;
        }
    }

    // Hours may be left out; before the thousandths stands a point or a comma.
    private static double Seconds(Match times, int group)
    {
        return Math.Round((3600 * Number(group)) + (60 * Number(group + 1)) + Number(group + 2), 3);

        double Number(int at) => times.Groups[at].Success ? double.Parse(times.Groups[at].Value.Replace(',', '.'), CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex(@"^\s*(?:(\d+):)?(\d{1,2}):(\d{2}[.,]\d{3})\s*-->\s*(?:(\d+):)?(\d{1,2}):(\d{2}[.,]\d{3})", RegexOptions.CultureInvariant)]
    private static partial Regex Times();

    [GeneratedRegex("<[^>]*>", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();
}
