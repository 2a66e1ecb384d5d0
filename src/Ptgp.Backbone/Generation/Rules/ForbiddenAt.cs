namespace Ptgp.Backbone.Generation.Rules;

/// <summary>Forbids tokens at one place.</summary>
/// <param name="ids">The tokens.</param>
/// <param name="length">How many tokens stand before that place, start token and prefix included.</param>
internal sealed class ForbiddenAt(IReadOnlyList<int> ids, int length) : TokenRule
{
    public override RulePhase Phase => RulePhase.Forbid;

    public override void Apply(ReadOnlySpan<int> written, ScoreRow scores)
    {
        if (written.Length == length)
        {
            foreach (var id in ids)
            {
                scores.Forbid(id);
            }
        }
    }
}

/// <summary>Forbids tokens, such as the end, before a place.</summary>
/// <param name="ids">The tokens.</param>
/// <param name="length">How many tokens must stand before them, start token and prefix included.</param>
internal sealed class ForbiddenBefore(IReadOnlyList<int> ids, int length) : TokenRule
{
    public override RulePhase Phase => RulePhase.Forbid;

    public override void Apply(ReadOnlySpan<int> written, ScoreRow scores)
    {
        if (written.Length < length)
        {
            foreach (var id in ids)
            {
                scores.Forbid(id);
            }
        }
    }
}
