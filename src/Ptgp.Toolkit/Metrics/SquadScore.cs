namespace Ptgp.Toolkit.Metrics;

/// <summary>An answer to be scored.</summary>
/// <param name="Expected">All the answers that are right; none when the text does not answer the question.</param>
/// <param name="Predicted">What was answered; empty for: the text does not say.</param>
/// <param name="NoAnswer">How probable it was held that the text does not say, from 0 to 1.</param>
public sealed record SquadAnswer(IReadOnlyList<string> Expected, string Predicted, double NoAnswer = 0);

/// <summary>How good answers are.</summary>
/// <param name="Exact">How many of a hundred are right to the letter, after normalization.</param>
/// <param name="F1">The mean over the answers of F1 of their words, of a hundred.</param>
/// <param name="Total">How many answers were scored.</param>
public sealed record SquadScore(double Exact, double F1, int Total);

/// <summary>How good answers are where some questions have none.</summary>
public sealed record Squad2Score
{
    /// <summary>Gets the score of all questions.</summary>
    public required SquadScore All { get; init; }

    /// <summary>Gets the score of those that have an answer; null when none has.</summary>
    public SquadScore? HasAnswer { get; init; }

    /// <summary>Gets the score of those that have none; null when all have one.</summary>
    public SquadScore? NoAnswer { get; init; }

    /// <summary>Gets the best share of exact answers that any threshold of <see cref="SquadAnswer.NoAnswer"/> gives, and the lowest such threshold.</summary>
    public required (double Score, double Threshold) BestExact { get; init; }

    /// <summary>Gets the best F1 that any threshold gives, and the lowest such threshold.</summary>
    public required (double Score, double Threshold) BestF1 { get; init; }
}
