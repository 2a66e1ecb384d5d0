namespace Ptgp.Toolkit.Metrics;

/// <summary>ROUGE-1, -2, -L and -Lsum (Lin 2004), equal to those of the package rouge_score 0.1.2.</summary>
/// <param name="useStemmer">Whether words of more than three letters are compared by their stems. The default is false, as the reference has it.</param>
/// <remarks>A word is a run of ASCII letters and digits of the lowered text: nothing else is seen, so other scripts score 0. ROUGE-Lsum takes a line for a sentence.</remarks>
public sealed class Rouge(bool useStemmer = false)
{
    /// <summary>Scores a corpus with one reference a text.</summary>
    public RougeScores Corpus(IReadOnlyList<string> hypotheses, IReadOnlyList<string> references) => Corpus(hypotheses, CorpusCounts.OneEach(references));

    /// <summary>Scores a corpus: the mean over its texts. Of an empty corpus it is 0.</summary>
    /// <param name="hypotheses">What was written.</param>
    /// <param name="references">What was expected, for each text at least one, of which the one with the best F1 counts; texts may have different numbers of them.</param>
    public RougeScores Corpus(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references) =>
        RougeScores.Combine(Each(hypotheses, references), Mean, Signature(CorpusCounts.ReferencesOf(references), useStemmer));

    /// <summary>Estimates the 95 % interval of a corpus' scores by drawing texts anew (Efron 1979).</summary>
    /// <param name="hypotheses">What was written.</param>
    /// <param name="references">What was expected, for each text at least one.</param>
    /// <param name="samples">How many times.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <returns>The ends of the interval and the median; the reference reports the median.</returns>
    public (RougeScores Low, RougeScores Median, RougeScores High) Bootstrap(
        IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references, int samples = 1000, int seed = 12345)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        var each = Each(hypotheses, references);
        if (each.Length == 0)
        {
            throw new ArgumentException("There must be texts to draw from, but there are none.", nameof(hypotheses));
        }

        var random = new Random(seed);
        var signature = Signature(CorpusCounts.ReferencesOf(references), useStemmer);
        RougeScores[] means = [.. Enumerable.Range(0, samples).Select(_ => RougeScores.Combine(random.GetItems(each, each.Length), Mean, signature))];
        RougeScores At(double share) => RougeScores.Combine(means, values => Percentile(values, share), signature);
        return (At(0.025), At(0.5), At(0.975));
    }

    /// <summary>Scores one text against its references.</summary>
    public RougeScores Sentence(string hypothesis, params IReadOnlyList<string> references) => Corpus([hypothesis], [references]);

    private RougeScores[] Each(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references)
    {
        CorpusCounts.CheckReferences(hypotheses, references);
        return [.. hypotheses.Select((hypothesis, text) => Best(new(hypothesis, useStemmer), [.. references[text].Select(reference => new RougeText(reference, useStemmer))]))];
    }

    private RougeScores Best(RougeText written, IReadOnlyList<RougeText> references)
    {
        RougeScore Of(Func<RougeText, RougeScore> score) => references.Select(score).MaxBy(one => one.F1);
        return new()
        {
            Rouge1 = Of(expected => RougeScore.Of(Shared(written, expected, 1), written.Ngrams(1), expected.Ngrams(1))),
            Rouge2 = Of(expected => RougeScore.Of(Shared(written, expected, 2), written.Ngrams(2), expected.Ngrams(2))),
            RougeL = Of(expected => RougeScore.Of(CommonSubsequence.Length(expected.Words, written.Words), written.Words.Count, expected.Words.Count)),
            RougeLsum = Of(expected => RougeScore.Of(CommonSubsequence.Union(expected.Sentences, written.Sentences), written.WordsInSentences, expected.WordsInSentences)),
            Signature = Signature(references.Count, useStemmer),
        };
    }

    private static int Shared(RougeText written, RougeText expected, int order)
    {
        var allowed = CorpusCounts.Ngrams(expected.Words, order);
        return CorpusCounts.Ngrams(written.Words, order).Sum(pair => Math.Min(pair.Value, allowed.GetValueOrDefault(pair.Key)));
    }

    internal static string Signature(int? references, bool useStemmer) => $"nrefs:{references?.ToString() ?? "var"}|best:f1|stem:{(useStemmer ? "porter" : "no")}|version:rouge-score-0.1.2";

    private static double Mean(IReadOnlyList<double> values) => values.Count == 0 ? 0 : values.Average();

    // Between two values lies what is between them in proportion.
    private static double Percentile(IReadOnlyList<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }
}
