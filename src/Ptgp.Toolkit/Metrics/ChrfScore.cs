namespace Ptgp.Toolkit.Metrics;

/// <summary>A chrF score. Its text is the line that sacreBLEU prints.</summary>
/// <param name="Score">The score, from 0 to 100.</param>
/// <param name="Title">The metric's name with its options, such as <c>chrF2++</c>.</param>
/// <param name="Signature">What was counted and how, as sacreBLEU writes it.</param>
public sealed record ChrfScore(double Score, string Title, string Signature)
{
    /// <inheritdoc />
    public override string ToString() => $"{Title} = {ReferenceText.Print(Score, 2)}";
}
