using Ptgp.Toolkit.Text.Normalization;

namespace Ptgp.Toolkit.Metrics;

/// <summary>A metric of texts that are normalized first, both what was written and what was expected.</summary>
/// <param name="metric">The metric.</param>
/// <param name="normalizer">What texts go through.</param>
/// <param name="name">Its name in signatures, such as <c>english</c>.</param>
public sealed class NormalizedMetric(ICorpusMetric metric, ITextNormalizer normalizer, string name) : ICorpusMetric
{
    /// <inheritdoc />
    public string Name => metric.Name;

    /// <inheritdoc />
    public bool LowerIsBetter => metric.LowerIsBetter;

    /// <inheritdoc />
    public double[] Count(string hypothesis, IReadOnlyList<string> references)
    {
        ArgumentNullException.ThrowIfNull(references);
        return metric.Count(normalizer.Normalize(hypothesis), [.. references.Select(normalizer.Normalize)]);
    }

    /// <inheritdoc />
    public double Score(ReadOnlySpan<double> counts) => metric.Score(counts);

    /// <inheritdoc />
    public string Signature(int? references) => $"{metric.Signature(references)}|norm:{name}";
}
