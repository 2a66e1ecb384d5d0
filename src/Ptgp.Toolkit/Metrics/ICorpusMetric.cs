namespace Ptgp.Toolkit.Metrics;

/// <summary>A metric made of counts that are summed over the lines of a corpus, so that any choice of lines can be scored without reading them again.</summary>
public interface ICorpusMetric
{
    /// <summary>Gets the metric's name in reports, such as <c>bleu</c>.</summary>
    string Name { get; }

    /// <summary>Gets whether a smaller score is the better one.</summary>
    bool LowerIsBetter => false;

    /// <summary>Counts one line. The counts of all lines have the same length and are summed element by element; a length may be a mean of several references.</summary>
    /// <param name="hypothesis">What was written.</param>
    /// <param name="references">What was expected; at least one.</param>
    double[] Count(string hypothesis, IReadOnlyList<string> references);

    /// <summary>Scores summed counts; from 0 to 100, unless the metric says otherwise.</summary>
    double Score(ReadOnlySpan<double> counts);

    /// <summary>Says what is counted and how, so that two figures can be compared.</summary>
    /// <param name="references">How many references each line has; null when their number differs between lines.</param>
    string Signature(int? references);
}
