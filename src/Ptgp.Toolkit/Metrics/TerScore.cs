namespace Ptgp.Toolkit.Metrics;

/// <summary>A translation edit rate. Its text is the line that sacreBLEU prints.</summary>
/// <param name="Score">The edits for a hundred words expected; the lower, the better.</param>
/// <param name="Edits">How many words had to be put in, taken out or replaced, and runs of them shifted.</param>
/// <param name="ReferenceLength">How many words were expected, by the mean of each line's references.</param>
/// <param name="Signature">What was counted and how, as sacreBLEU writes it.</param>
public sealed record TerScore(double Score, long Edits, double ReferenceLength, string Signature)
{
    /// <inheritdoc />
    public override string ToString() => $"TER = {ReferenceText.Print(Score, 2)}";
}
