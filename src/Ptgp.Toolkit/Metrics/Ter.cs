namespace Ptgp.Toolkit.Metrics;

/// <summary>The translation edit rate (Snover et al. 2006), equal to sacreBLEU's, which equals Tercom's: edits of words, and shifts of runs of words, for each word expected.</summary>
public sealed class Ter(TerOptions? options = null) : ICorpusMetric
{
    private readonly TerOptions options = options ?? new();

    /// <inheritdoc />
    public string Name => "ter";

    /// <inheritdoc />
    public bool LowerIsBetter => true;

    /// <summary>Scores a corpus with one reference a line.</summary>
    public TerScore Corpus(IReadOnlyList<string> hypotheses, IReadOnlyList<string> references) => Corpus(hypotheses, CorpusCounts.OneEach(references));

    /// <summary>Scores a corpus.</summary>
    /// <param name="hypotheses">What was written, a line each.</param>
    /// <param name="references">What was expected, for each line at least one: the fewest edits count, and the mean length; lines may have different numbers of them.</param>
    public TerScore Corpus(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references)
    {
        var sum = CorpusCounts.Sum(CorpusCounts.Count(this, hypotheses, references), 2);
        return new(Score(sum), (long)sum[0], sum[1], Signature(CorpusCounts.ReferencesOf(references)));
    }

    /// <summary>Scores one sentence.</summary>
    public TerScore Sentence(string hypothesis, params IReadOnlyList<string> references) => Corpus([hypothesis], [references]);

    /// <inheritdoc />
    public string Signature(int? references) =>
        $"nrefs:{references?.ToString() ?? "var"}|case:{(options.CaseSensitive ? "mixed" : "lc")}|tok:tercom|norm:{YesNo(options.Normalized)}"
        + $"|punct:{YesNo(!options.NoPunctuation)}|asian:{YesNo(options.AsianSupport)}|version:{ReferenceText.Version}";

    /// <inheritdoc />
    /// <remarks>The counts are: edits, words expected.</remarks>
    public double[] Count(string hypothesis, IReadOnlyList<string> references)
    {
        ArgumentNullException.ThrowIfNull(references);
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var written = Words(hypothesis);
        var expected = references.Select(Words).ToArray();
        return [expected.Min(words => EditsWithShifts.Count(written, words)), expected.Average(words => words.Length)];

        int[] Words(string text) => [.. TerTokenizer.Words(ReferenceText.TrimEnd(text), options).Select(word =>
        {
            if (!numbers.TryGetValue(word, out var number))
            {
                numbers[word] = number = numbers.Count;
            }

            return number;
        })];
    }

    /// <inheritdoc />
    /// <remarks>It may exceed 100; the lower, the better.</remarks>
    public double Score(ReadOnlySpan<double> counts) => counts[1] > 0 ? 100 * counts[0] / counts[1] : counts[0] > 0 ? 100 : 0;

    private static string YesNo(bool value) => value ? "yes" : "no";
}
