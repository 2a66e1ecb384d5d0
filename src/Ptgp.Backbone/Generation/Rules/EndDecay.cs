namespace Ptgp.Backbone.Generation.Rules;

/// <summary>Makes the end likelier with every token beyond a length.</summary>
/// <param name="ends">The end tokens.</param>
/// <param name="start">The length, start token and prefix included.</param>
/// <param name="factor">The factor, to the power of the tokens beyond it.</param>
internal sealed class EndDecay(IReadOnlyList<int> ends, int start, double factor) : TokenRule
{
    public override RulePhase Phase => RulePhase.Decay;

    public override void Apply(ReadOnlySpan<int> written, ScoreRow scores)
    {
        if (written.Length > start)
        {
            foreach (var end in ends)
            {
                scores.Raise(end, (float)(Math.Pow(factor, written.Length - start) - 1));
            }
        }
    }
}
