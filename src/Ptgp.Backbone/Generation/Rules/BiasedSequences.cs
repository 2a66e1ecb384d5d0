namespace Ptgp.Backbone.Generation.Rules;

/// <summary>Adds to the score of the last token of sequences whose other tokens have just been written.</summary>
internal sealed class BiasedSequences(IEnumerable<SequenceBias> sequences) : TokenRule
{
    private readonly (int[] Ids, double Bias)[] sequences = [.. sequences.Select(each => (each.Ids.ToArray(), each.Bias))];

    public override RulePhase Phase => RulePhase.Bias;

    public override void Apply(ReadOnlySpan<int> written, ScoreRow scores)
    {
        Dictionary<int, double> sums = [];
        foreach (var (ids, bias) in sequences)
        {
            // The reference asks for room for the whole sequence, one token more than needed, and so do we.
            if (ids.Length == 1 || (ids.Length <= written.Length && written.EndsWith(ids.AsSpan(0, ids.Length - 1))))
            {
                sums[ids[^1]] = sums.GetValueOrDefault(ids[^1]) + bias;
            }
        }

        foreach (var (id, bias) in sums)
        {
            scores.Add(id, (float)bias);
        }
    }
}
