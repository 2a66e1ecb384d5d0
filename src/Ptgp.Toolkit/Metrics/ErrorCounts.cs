namespace Ptgp.Toolkit.Metrics;

/// <summary>What it takes to turn a hypothesis into its reference, word by word or character by character.</summary>
/// <param name="Hits">How many are right.</param>
/// <param name="Substitutions">How many stand in the place of another.</param>
/// <param name="Deletions">How many of the reference are missing.</param>
/// <param name="Insertions">How many there are that the reference lacks.</param>
public readonly record struct ErrorCounts(long Hits, long Substitutions, long Deletions, long Insertions)
{
    /// <summary>Gets the errors for each word (or character) of the reference: WER (or CER). It may exceed 1.</summary>
    /// <value>With an empty reference, the number of insertions.</value>
    public double ErrorRate => Errors / (double)Math.Max(1, Reference);

    /// <summary>Gets the errors for each word of reference and hypothesis together, from 0 to 1: the match error rate (MER).</summary>
    public double MatchErrorRate => Errors / (double)Math.Max(1, Errors + Hits);

    /// <summary>Gets the share of information that is kept (WIP): the share of the reference that is hit, times that of the hypothesis.</summary>
    /// <value>Of two empty texts 1, of one 0.</value>
    public double InformationPreserved => (Reference, Hypothesis) switch
    {
        (0, 0) => 1,
        (0, _) or (_, 0) => 0,
        _ => (double)Hits / Reference * Hits / Hypothesis,
    };

    /// <summary>Gets the share of information that is lost (WIL).</summary>
    public double InformationLost => 1 - InformationPreserved;

    private long Errors => Substitutions + Deletions + Insertions;

    private long Reference => Hits + Substitutions + Deletions;

    private long Hypothesis => Hits + Substitutions + Insertions;

    /// <summary>Adds the counts of two texts: rates of several texts are those of their summed counts.</summary>
    public static ErrorCounts operator +(ErrorCounts a, ErrorCounts b) =>
        new(a.Hits + b.Hits, a.Substitutions + b.Substitutions, a.Deletions + b.Deletions, a.Insertions + b.Insertions);

    /// <inheritdoc cref="op_Addition" />
    public static ErrorCounts Add(ErrorCounts a, ErrorCounts b) => a + b;
}
