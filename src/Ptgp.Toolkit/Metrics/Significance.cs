namespace Ptgp.Toolkit.Metrics;

/// <summary>Whether one system's score differs from another's by more than chance, on the same lines.</summary>
public static class Significance
{
    /// <summary>Scores a corpus.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="hypotheses">What was written, a line each.</param>
    /// <param name="references">What was expected, for each line at least one.</param>
    public static double Score(ICorpusMetric metric, IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references)
    {
        ArgumentNullException.ThrowIfNull(metric);
        var lines = CorpusCounts.Count(metric, hypotheses, references);
        return lines.Length == 0 ? throw new ArgumentException("There must be lines to score, but there are none.", nameof(hypotheses)) : metric.Score(CorpusCounts.Sum(lines, lines[0].Length));
    }

    /// <summary>Estimates a score's mean and 95 % interval by drawing lines anew (Efron 1979).</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="hypotheses">What was written, a line each.</param>
    /// <param name="references">What was expected, for each line at least one.</param>
    /// <param name="samples">How many times.</param>
    /// <param name="seed">The seed of the draws.</param>
    public static Interval Bootstrap(ICorpusMetric metric, IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references, int samples = 1000, int seed = 12345)
    {
        ArgumentNullException.ThrowIfNull(metric);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        return Interval.Of(Resample(metric, CorpusCounts.Count(metric, hypotheses, references), samples, seed));
    }

    /// <summary>Compares two systems by paired bootstrap (Koehn 2004): both are scored on the same lines drawn anew.</summary>
    /// <inheritdoc cref="ByRandomization" path="/param" />
    /// <inheritdoc cref="ByRandomization" path="/returns" />
    public static double ByBootstrap(
        ICorpusMetric metric, IReadOnlyList<string> baseline, IReadOnlyList<string> system, IReadOnlyList<IReadOnlyList<string>> references, int samples = 1000, int seed = 12345)
    {
        ArgumentNullException.ThrowIfNull(metric);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        var (first, second) = (CorpusCounts.Count(metric, baseline, references), CorpusCounts.Count(metric, system, references));
        var (firstScores, secondScores) = (Resample(metric, first, samples, seed), Resample(metric, second, samples, seed));
        var differences = firstScores.Zip(secondScores, (a, b) => Math.Abs(a - b)).ToArray();

        // Were there no difference, the draws would scatter around 0 as they now scatter around their mean.
        var mean = differences.Average();
        return Probability([.. differences.Select(difference => difference - mean)], Difference(metric, first, second));
    }

    /// <summary>Compares two systems by approximate randomization (Riezler and Maxwell 2005): their lines are swapped at random.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="baseline">What the first system wrote, a line each.</param>
    /// <param name="system">What the second system wrote.</param>
    /// <param name="references">What was expected, for each line at least one.</param>
    /// <param name="samples">How many times.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <returns>The probability that two equal systems would differ as much; 1 when they do not differ.</returns>
    public static double ByRandomization(
        ICorpusMetric metric, IReadOnlyList<string> baseline, IReadOnlyList<string> system, IReadOnlyList<IReadOnlyList<string>> references, int samples = 1000, int seed = 12345)
    {
        ArgumentNullException.ThrowIfNull(metric);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        var (first, second) = (CorpusCounts.Count(metric, baseline, references), CorpusCounts.Count(metric, system, references));
        var random = new Random(seed);
        var differences = new double[samples];
        for (var sample = 0; sample < samples; sample++)
        {
            var (a, b) = ((double[][])first.Clone(), (double[][])second.Clone());
            for (var line = 0; line < a.Length; line++)
            {
                (a[line], b[line]) = random.Next(2) == 0 ? (a[line], b[line]) : (b[line], a[line]);
            }

            differences[sample] = Difference(metric, a, b);
        }

        return Probability(differences, Difference(metric, first, second));
    }

    private static double[] Resample(ICorpusMetric metric, double[][] lines, int samples, int seed)
    {
        if (lines.Length == 0)
        {
            throw new ArgumentException("There must be lines to draw from, but there are none.", nameof(lines));
        }

        var random = new Random(seed);
        var scores = new double[samples];
        for (var sample = 0; sample < samples; sample++)
        {
            var sum = new double[lines[0].Length];
            for (var draw = 0; draw < lines.Length; draw++)
            {
                CorpusCounts.Add(sum, lines[random.Next(lines.Length)]);
            }

            scores[sample] = metric.Score(sum);
        }

        return scores;
    }

    private static double Difference(ICorpusMetric metric, double[][] first, double[][] second) =>
        first.Length == 0 ? 0 : Math.Abs(metric.Score(CorpusCounts.Sum(first, first[0].Length)) - metric.Score(CorpusCounts.Sum(second, second[0].Length)));

    // One is added so that a difference is never called impossible by a finite number of draws. Where there is none, there is nothing to explain.
    private static double Probability(double[] differences, double real) =>
        real == 0 ? 1 : (differences.Count(difference => difference > real) + 1.0) / (differences.Length + 1);
}

/// <summary>Where a score lies, by its scatter.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="HalfWidth">Half of the width of the 95 % interval.</param>
public readonly record struct Interval(double Mean, double HalfWidth)
{
    internal static Interval Of(double[] scores)
    {
        double[] sorted = [.. scores.Order()];
        var cut = sorted.Length / 40;
        return new(scores.Average(), 0.5 * (sorted[sorted.Length - 1 - cut] - sorted[cut]));
    }
}
