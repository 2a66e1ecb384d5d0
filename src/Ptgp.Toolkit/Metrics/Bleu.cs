namespace Ptgp.Toolkit.Metrics;

/// <summary>BLEU (Papineni et al. 2002), equal to sacreBLEU's to the last digit that matters (Post 2018).</summary>
public sealed class Bleu(BleuOptions? options = null) : ICorpusMetric
{
    private readonly BleuOptions options = options ?? new();

    /// <inheritdoc />
    public string Name => "bleu";

    /// <summary>Scores a corpus with one reference a line.</summary>
    public BleuScore Corpus(IReadOnlyList<string> hypotheses, IReadOnlyList<string> references) => Corpus(hypotheses, CorpusCounts.OneEach(references));

    /// <summary>Scores a corpus.</summary>
    /// <param name="hypotheses">What was written, a line each.</param>
    /// <param name="references">What was expected, for each line at least one; lines may have different numbers of them.</param>
    public BleuScore Corpus(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references)
    {
        var lines = CorpusCounts.Count(this, hypotheses, references);
        return Compute(CorpusCounts.Sum(lines, CountsLength)) with { Signature = Signature(CorpusCounts.ReferencesOf(references)) };
    }

    /// <summary>Scores one sentence. <see cref="BleuOptions.EffectiveOrder"/> should be on.</summary>
    public BleuScore Sentence(string hypothesis, params IReadOnlyList<string> references) => Corpus([hypothesis], [references]);

    /// <inheritdoc />
    public string Signature(int? references) =>
        $"nrefs:{references?.ToString() ?? "var"}|case:{(options.Lowercase ? "lc" : "mixed")}|eff:{(options.EffectiveOrder ? "yes" : "no")}"
        + $"|tok:{BleuTokenizers.NameOf(options.Tokenizer)}|smooth:{SmoothingName()}|version:{ReferenceText.Version}";

    /// <inheritdoc />
    /// <remarks>The counts are: length of the hypothesis, length of the reference, matches by order, n-grams by order.</remarks>
    public double[] Count(string hypothesis, IReadOnlyList<string> references)
    {
        ArgumentNullException.ThrowIfNull(references);
        var written = Split(hypothesis);
        var expected = references.Select(Split).ToList();
        var counts = new double[CountsLength];
        counts[0] = written.Count;
        counts[1] = expected.Select(words => words.Count).OrderBy(length => Math.Abs(length - written.Count)).ThenBy(length => length).First();
        for (var order = 1; order <= options.MaxOrder; order++)
        {
            // An n-gram may be matched as often as it stands in the reference that has most of it.
            var allowed = new Dictionary<string, int>();
            foreach (var (ngram, count) in expected.SelectMany(words => CorpusCounts.Ngrams(words, order)))
            {
                allowed[ngram] = Math.Max(count, allowed.GetValueOrDefault(ngram));
            }

            counts[1 + order] = CorpusCounts.Ngrams(written, order).Sum(pair => Math.Min(pair.Value, allowed.GetValueOrDefault(pair.Key)));
            counts[1 + options.MaxOrder + order] = Math.Max(0, written.Count - order + 1);
        }

        return counts;
    }

    /// <inheritdoc />
    public double Score(ReadOnlySpan<double> counts) => Compute(counts).Score;

    private int CountsLength => 2 + (2 * options.MaxOrder);

    private BleuScore Compute(ReadOnlySpan<double> counts)
    {
        var (length, referenceLength) = (counts[0], counts[1]);
        var matches = new double[options.MaxOrder];
        var totals = new double[options.MaxOrder];
        for (var i = 0; i < options.MaxOrder; i++)
        {
            (matches[i], totals[i]) = (counts[2 + i], counts[2 + options.MaxOrder + i]);
        }

        var brevity = length >= referenceLength ? 1 : length > 0 ? Math.Exp(1 - ((double)referenceLength / length)) : 0;
        var precisions = new double[options.MaxOrder];
        var score = matches.Any(match => match > 0) ? brevity * Math.Exp(MeanLog(matches, totals, precisions)) : 0;
        return new() { Score = score, Counts = matches, Totals = totals, Precisions = precisions, BrevityPenalty = brevity, Length = (long)length, ReferenceLength = (long)referenceLength };
    }

    // Fills the precisions and gives the mean of their logarithms.
    private double MeanLog(double[] matches, double[] totals, double[] precisions)
    {
        var (order, put) = (options.MaxOrder, 1.0);
        for (var i = 0; i < options.MaxOrder; i++)
        {
            if (options.Smoothing == BleuSmoothing.AddK && i > 0)
            {
                matches[i] += SmoothingValue;
                totals[i] += SmoothingValue;
            }

            if (totals[i] == 0)
            {
                break;
            }

            order = options.EffectiveOrder ? i + 1 : order;
            if (matches[i] > 0)
            {
                precisions[i] = 100 * matches[i] / totals[i];
            }
            else if (options.Smoothing == BleuSmoothing.Exponential)
            {
                put *= 2;
                precisions[i] = 100 / (put * totals[i]);
            }
            else if (options.Smoothing == BleuSmoothing.Floor)
            {
                precisions[i] = 100 * SmoothingValue / totals[i];
            }
        }

        return precisions.Take(order).Sum(precision => precision == 0 ? -9999999999 : Math.Log(precision)) / order;
    }

    private double SmoothingValue => options.SmoothingValue ?? (options.Smoothing == BleuSmoothing.Floor ? 0.1 : 1);

    private string SmoothingName() => options.Smoothing switch
    {
        BleuSmoothing.Exponential => "exp",
        BleuSmoothing.Floor => $"floor[{ReferenceText.Print(SmoothingValue, 2)}]",
        BleuSmoothing.AddK => $"add-k[{ReferenceText.Print(SmoothingValue, 2)}]",
        _ => "none",
    };

    private List<string> Split(string line) =>
        ReferenceText.Words(BleuTokenizers.Tokenize(options.Tokenizer, ReferenceText.TrimEnd(options.Lowercase ? ReferenceText.Lower(line) : line)));
}
