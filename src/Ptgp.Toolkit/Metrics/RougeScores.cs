namespace Ptgp.Toolkit.Metrics;

/// <summary>The ROUGE scores of a text or of a corpus.</summary>
public sealed record RougeScores
{
    /// <summary>Gets how many words are shared.</summary>
    public required RougeScore Rouge1 { get; init; }

    /// <summary>Gets how many pairs of neighbouring words are shared.</summary>
    public required RougeScore Rouge2 { get; init; }

    /// <summary>Gets how long the longest common subsequence of words is.</summary>
    public required RougeScore RougeL { get; init; }

    /// <summary>Gets the same sentence by sentence, a line each: what of a sentence is in order in any sentence of the other text.</summary>
    public required RougeScore RougeLsum { get; init; }

    /// <summary>Gets what was counted and how, so that two figures can be compared.</summary>
    public string Signature { get; init; } = "";

    /// <inheritdoc />
    public override string ToString() =>
        $"ROUGE-1/2/L/Lsum = {string.Join('/', new[] { Rouge1, Rouge2, RougeL, RougeLsum }.Select(score => ReferenceText.Print(100 * score.F1, 2)))}";

    internal static RougeScores Combine(IReadOnlyList<RougeScores> each, Func<IReadOnlyList<double>, double> how, string signature)
    {
        RougeScore Of(Func<RougeScores, RougeScore> kind) => new(
            how([.. each.Select(scores => kind(scores).Precision)]), how([.. each.Select(scores => kind(scores).Recall)]), how([.. each.Select(scores => kind(scores).F1)]));
        return new()
        {
            Rouge1 = Of(scores => scores.Rouge1),
            Rouge2 = Of(scores => scores.Rouge2),
            RougeL = Of(scores => scores.RougeL),
            RougeLsum = Of(scores => scores.RougeLsum),
            Signature = signature,
        };
    }
}

/// <summary>One ROUGE score, from 0 to 1.</summary>
/// <param name="Precision">The share of what was written that was expected.</param>
/// <param name="Recall">The share of what was expected that was written.</param>
/// <param name="F1">The harmonic mean of both, or the mean of such: the figure that is reported.</param>
public readonly record struct RougeScore(double Precision, double Recall, double F1)
{
    internal static RougeScore Of(int hits, int written, int expected)
    {
        var (precision, recall) = (written > 0 ? (double)hits / written : 0, expected > 0 ? (double)hits / expected : 0);
        return new(precision, recall, precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0);
    }
}
