namespace Ptgp.Toolkit.Metrics;

/// <summary>A metric of a corpus that is the mean of the scores of its texts, such as ROUGE, exact match or F1.</summary>
/// <param name="name">Its name in reports.</param>
/// <param name="score">Scores one text against its references, from 0 to 100.</param>
/// <param name="signature">Says what is counted and how, for so many references; null when the name says it all.</param>
public sealed class MeanScore(string name, Func<string, IReadOnlyList<string>, double> score, Func<int?, string>? signature = null) : ICorpusMetric
{
    /// <inheritdoc />
    public string Name => name;

    /// <inheritdoc />
    /// <remarks>The counts are: the score, and 1.</remarks>
    public double[] Count(string hypothesis, IReadOnlyList<string> references) => [score(hypothesis, references), 1];

    /// <inheritdoc />
    public double Score(ReadOnlySpan<double> counts) => counts[1] > 0 ? counts[0] / counts[1] : 0;

    /// <inheritdoc />
    public string Signature(int? references) => signature?.Invoke(references) ?? "";
}
