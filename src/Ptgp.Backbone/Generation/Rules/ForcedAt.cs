namespace Ptgp.Backbone.Generation.Rules;

/// <summary>Forces one token at one place.</summary>
/// <param name="id">The token.</param>
/// <param name="place">How many tokens stand before that place, start token and prefix included.</param>
internal sealed class ForcedAt(int id, int place) : TokenRule
{
    public override RulePhase Phase => RulePhase.Force;

    public override bool ReadsScores(int length) => length == place;

    public override void Apply(ReadOnlySpan<int> written, ScoreRow scores)
    {
        if (written.Length == place)
        {
            scores.Force(id);
        }
    }
}
