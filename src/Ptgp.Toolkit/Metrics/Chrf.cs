namespace Ptgp.Toolkit.Metrics;

/// <summary>chrF and chrF++ (Popović 2015 and 2017), equal to sacreBLEU's to the last digit that matters.</summary>
public sealed class Chrf(ChrfOptions? options = null) : ICorpusMetric
{
    private readonly ChrfOptions options = options ?? new();

    /// <inheritdoc />
    public string Name => "chrf";

    /// <summary>Scores a corpus with one reference a line.</summary>
    public ChrfScore Corpus(IReadOnlyList<string> hypotheses, IReadOnlyList<string> references) => Corpus(hypotheses, CorpusCounts.OneEach(references));

    /// <summary>Scores a corpus.</summary>
    /// <param name="hypotheses">What was written, a line each.</param>
    /// <param name="references">What was expected, for each line at least one, of which the one that scores best counts; lines may have different numbers of them.</param>
    public ChrfScore Corpus(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references)
    {
        var lines = CorpusCounts.Count(this, hypotheses, references);
        var title = $"chrF{options.Beta}{new string('+', options.WordOrder)}";
        return new(Score(CorpusCounts.Sum(lines, 3 * Orders)), title, Signature(CorpusCounts.ReferencesOf(references)));
    }

    /// <summary>Scores one sentence.</summary>
    public ChrfScore Sentence(string hypothesis, params IReadOnlyList<string> references) => Corpus([hypothesis], [references]);

    /// <inheritdoc />
    public string Signature(int? references) =>
        $"nrefs:{references?.ToString() ?? "var"}|case:{(options.Lowercase ? "lc" : "mixed")}|eff:{(options.EpsilonSmoothing ? "no" : "yes")}"
        + $"|nc:{options.CharacterOrder}|nw:{options.WordOrder}|space:{(options.Whitespace ? "yes" : "no")}|version:{ReferenceText.Version}";

    /// <inheritdoc />
    /// <remarks>The counts are, for each order, characters before words: n-grams written, n-grams expected, matches.</remarks>
    public double[] Count(string hypothesis, IReadOnlyList<string> references)
    {
        ArgumentNullException.ThrowIfNull(references);
        var written = ChrfNgrams.Of(hypothesis, options);
        double[]? best = null;
        foreach (var reference in references)
        {
            var counts = Compare(written, ChrfNgrams.Of(reference, options));
            best = best is null || Score(counts) > Score(best) ? counts : best;
        }

        return best ?? new double[3 * Orders];
    }

    /// <inheritdoc />
    public double Score(ReadOnlySpan<double> counts)
    {
        const double epsilon = 1e-16;
        var weight = (double)options.Beta * options.Beta;
        var (smoothed, precisions, recalls, effective) = (0.0, 0.0, 0.0, 0);
        for (var i = 0; i < Orders; i++)
        {
            var (written, expected, matches) = (counts[3 * i], counts[(3 * i) + 1], counts[(3 * i) + 2]);
            var precision = written > 0 ? (double)matches / written : epsilon;
            var recall = expected > 0 ? (double)matches / expected : epsilon;
            var divisor = (weight * precision) + recall;
            smoothed += divisor > 0 ? (1 + weight) * precision * recall / divisor : epsilon;
            if (written > 0 && expected > 0)
            {
                (precisions, recalls, effective) = (precisions + precision, recalls + recall, effective + 1);
            }
        }

        if (options.EpsilonSmoothing)
        {
            return 100 * smoothed / Orders;
        }

        if (precisions + recalls == 0)
        {
            return 0;
        }

        (precisions, recalls) = (precisions / effective, recalls / effective);
        return 100 * ((1 + weight) * precisions * recalls / ((weight * precisions) + recalls));
    }

    private int Orders => options.CharacterOrder + options.WordOrder;

    private static double[] Compare(List<Dictionary<string, int>> written, List<Dictionary<string, int>> expected)
    {
        var counts = new double[3 * written.Count];
        for (var i = 0; i < written.Count; i++)
        {
            // What is written counts only where the reference is long enough for n-grams of that order.
            counts[3 * i] = expected[i].Count > 0 ? written[i].Values.Sum() : 0;
            counts[(3 * i) + 1] = expected[i].Values.Sum();
            counts[(3 * i) + 2] = written[i].Sum(pair => Math.Min(pair.Value, expected[i].GetValueOrDefault(pair.Key)));
        }

        return counts;
    }
}
