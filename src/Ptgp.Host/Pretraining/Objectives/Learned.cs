namespace Ptgp.Host.Pretraining;

/// <summary>What an objective makes of tokens.</summary>
/// <param name="Input">What is read.</param>
/// <param name="Labels">What is expected: what is written to the input, or an id for each of its tokens, <see cref="Target.Ignored"/> where nothing is.</param>
internal sealed record Learned(IReadOnlyList<int> Input, IReadOnlyList<int> Labels)
{
    /// <summary>Stands in labels for what nothing is learned from.</summary>
    public const int Ignored = (int)Target.Ignored;
}
