namespace Ptgp.Backbone.Generation.Rules;

/// <summary>Forces one token at one place.</summary>
/// <param name="id">The token.</param>
/// <param name="length">How many tokens stand before that place, start token and prefix included.</param>
internal sealed class ForcedAt(int id, int length) : TokenRule
{
    public override RulePhase Phase => RulePhase.Force;

    public override void Apply(ReadOnlySpan<int> written, ScoreRow scores)
    {
        if (written.Length == length)
        {
            scores.Force(id);
        }
    }
}
