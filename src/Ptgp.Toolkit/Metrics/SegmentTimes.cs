using Ptgp.Toolkit.Speech;

namespace Ptgp.Toolkit.Metrics;

/// <summary>How exactly segments were found in time. Sums can be added.</summary>
/// <param name="Expected">How many were to be found.</param>
/// <param name="Found">How many were, with the same text.</param>
/// <param name="Starts">By how much their starts differ together, in seconds.</param>
/// <param name="Ends">By how much their ends do.</param>
public readonly record struct SegmentTimes(long Expected, long Found, double Starts, double Ends)
{
    /// <summary>Gets the share of the segments that were found, from 0 to 1.</summary>
    public double Share => Found / (double)Math.Max(1, Expected);

    /// <summary>Gets the mean absolute error of the starts of those found, in seconds; none, if none was found.</summary>
    public double StartError => Starts / Found;

    /// <summary>Gets the mean absolute error of their ends.</summary>
    public double EndError => Ends / Found;

    private double Error => Starts + Ends;

    /// <summary>Compares segments: as many as can be of the same text are paired, in order, and of the ways to do so that with the smallest error.</summary>
    /// <param name="expected">What was to be found.</param>
    /// <param name="heard">What was.</param>
    /// <param name="rule">What texts go through before they are compared.</param>
    public static SegmentTimes Of(IReadOnlyList<Segment> expected, IReadOnlyList<Segment> heard, Func<string, string> rule)
    {
        var texts = heard.Select(segment => rule(segment.Text)).ToArray();
        var (above, row) = (new SegmentTimes[heard.Count + 1], new SegmentTimes[heard.Count + 1]);
        foreach (var segment in expected)
        {
            (above, row) = (row, above);
            var text = rule(segment.Text);
            row[0] = default;
            for (var i = 0; i < heard.Count; i++)
            {
                row[i + 1] = Better(above[i + 1], row[i]);
                if (text == texts[i])
                {
                    row[i + 1] = Better(row[i + 1], above[i] + new SegmentTimes(0, 1, Math.Abs(segment.Start - heard[i].Start), Math.Abs(segment.End - heard[i].End)));
                }
            }
        }

        return row[^1] with { Expected = expected.Count };
    }

    /// <summary>Adds the times of two recordings.</summary>
    public static SegmentTimes operator +(SegmentTimes a, SegmentTimes b) => new(a.Expected + b.Expected, a.Found + b.Found, a.Starts + b.Starts, a.Ends + b.Ends);

    private static SegmentTimes Better(SegmentTimes a, SegmentTimes b) => a.Found > b.Found || (a.Found == b.Found && a.Error <= b.Error) ? a : b;
}
