using System.Diagnostics;

namespace Ptgp.Benchmarks;

/// <summary>Times functions in turn, so that a machine that slows down slows all of them.</summary>
internal static class Timing
{
    /// <summary>Runs each function once to warm up, then all of them in turn, and gives the median seconds of each.</summary>
    public static double[] Interleave(int rounds, params Action[] functions) => [.. Take(rounds, functions).Select(Median)];

    /// <summary>The same, and gives the fewest seconds of each: what a busy machine does to a run only ever adds.</summary>
    public static double[] Shortest(int rounds, params Action[] functions) => [.. Take(rounds, functions).Select(values => values.Min())];

    private static List<double>[] Take(int rounds, Action[] functions)
    {
        foreach (var function in functions)
        {
            function();
        }

        var seconds = functions.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < functions.Length; i++)
            {
                var start = Stopwatch.GetTimestamp();
                functions[i]();
                seconds[i].Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }

        return seconds;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
