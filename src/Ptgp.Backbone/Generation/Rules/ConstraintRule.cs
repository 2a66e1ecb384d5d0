using Ptgp.Backbone.Generation.Constraints;

namespace Ptgp.Backbone.Generation.Rules;

/// <summary>Lets only that be written which keeps to a form, and the end only where it is whole.</summary>
/// <param name="form">The form.</param>
/// <param name="ends">The ids that end a sequence.</param>
/// <param name="given">How many tokens stand before what keeps to it.</param>
internal sealed class ConstraintRule(TokenAutomaton form, IReadOnlyList<int> ends, int given) : TokenRule
{
    public override RulePhase Phase => RulePhase.Custom;

    public override bool ReadsScores(int length) => false;

    public override void Apply(ReadOnlySpan<int> written, ScoreRow scores) => scores.AllowOnly(form.Following(written[given..], ends));
}
