namespace Ptgp.Backbone.Generation.Rules;

/// <summary>A rule of whoever asked, which may throw.</summary>
internal sealed class CallerRule(LogitsRule rule, int beginning, int prefixLength, int vocabulary) : TokenRule
{
    private readonly bool changesScores = IsOverridden(rule, nameof(LogitsRule.Apply));

    public override RulePhase Phase => RulePhase.Custom;

    public override void Apply(ReadOnlySpan<int> written, ScoreRow scores)
    {
        int[] ids = [.. written[beginning..]];
        if (rule.Allowed(ids, prefixLength) is { } allowed)
        {
            foreach (var id in allowed)
            {
                if (id < 0 || id >= vocabulary)
                {
                    throw new InvalidOperationException($"{rule.GetType().Name} allows id {id}, but the backbone writes ids from 0 to {vocabulary - 1}.");
                }
            }

            scores.AllowOnly(allowed);
        }

        if (changesScores)
        {
            scores.Change(row => rule.Apply(ids, prefixLength, row));
        }
    }

    private static bool IsOverridden(LogitsRule rule, string method) =>
        rule.GetType().GetMethod(method, [typeof(IReadOnlyList<int>), typeof(int), typeof(TorchSharp.torch.Tensor)])!.DeclaringType != typeof(LogitsRule);
}
