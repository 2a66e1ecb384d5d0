namespace Ptgp.Backbone.Generation.Rules;

/// <summary>Forbids the last token of sequences whose other tokens have just been written.</summary>
internal sealed class ForbiddenWords(IEnumerable<IReadOnlyList<int>> words) : TokenRule
{
    private readonly int[][] words = [.. words.Select(word => word.ToArray())];

    public override RulePhase Phase => RulePhase.Forbid;

    public override void Apply(ReadOnlySpan<int> written, ScoreRow scores)
    {
        foreach (var word in words)
        {
            // The reference asks for room for the whole word, one token more than needed, and so do we.
            if (word.Length <= written.Length && written.EndsWith(word.AsSpan(0, word.Length - 1)))
            {
                scores.Forbid(word[^1]);
            }
        }
    }
}
