namespace Ptgp.Host.Scoring;

/// <summary>What was written, and what was expected.</summary>
/// <param name="Predicted">What was written.</param>
/// <param name="Expected">What was expected: any of these. None where silence is right.</param>
/// <param name="NoAnswer">How probable it was held that silence is right, from 0 to 1.</param>
internal sealed record ScoredText(string Predicted, IReadOnlyList<string> Expected, double NoAnswer = 0)
{
    /// <summary>Gets whether it answers a question, any of whose answers is right, rather than being a text that was written.</summary>
    public bool IsAnswer { get; init; }

    /// <summary>Gets what was expected for metrics that compare texts: where silence is right, the empty one.</summary>
    public IReadOnlyList<string> References => Expected.Count > 0 ? Expected : [""];
}
