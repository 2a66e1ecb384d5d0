namespace Ptgp.Backbone.Generation;

/// <summary>Searches in groups of beams, one after the other, each kept from the tokens that those before it have just chosen (Vijayakumar et al. 2018, with the Hamming distance).</summary>
internal sealed class DiverseBeamSearch : SourceSearch
{
    private readonly BeamSearch[] groups;
    private readonly int size;
    private readonly Dictionary<int, int> taken = [];

    public DiverseBeamSearch(WritingJob job)
        : base(job, job.Options.NumBeams)
    {
        Lists = Options.NumBeamGroups;
        size = Beams / Lists;
        groups = [.. Enumerable.Range(0, Lists).Select(_ => new BeamSearch(job with { OnCertain = null }, size))];

        // However many a group is kept from, as many as it needs are left.
        Candidates = groups[0].Candidates + ((Beams - size) * size);
    }

    public override int Candidates { get; }

    public override int Lists { get; }

    public override bool SeesLogProbabilities => true;

    public override IReadOnlyList<RawHypothesis> Found => [.. groups.SelectMany(group => group.Found).OrderByDescending(hypothesis => hypothesis.Score)];

    public override ReadOnlySpan<int> Written(int beam) => GroupOf(beam).Written(beam % size);

    public override float SumOf(int beam) => GroupOf(beam) is { HasEnded: false } group ? group.SumOf(beam % size) : float.NegativeInfinity;

    public override ReadOnlySpan<int> Certain()
    {
        if (HasEnded && Options.CoveragePenalty == 0)
        {
            return Found[0].Tokens;
        }

        var common = groups[0].Certain();
        foreach (var group in groups.AsSpan(1))
        {
            common = common[..common.CommonPrefixLength(group.Certain())];
        }

        return common;
    }

    /// <summary>Takes from each sum how often its token was chosen, times a penalty, and puts them in order again: the reference's <c>HammingDiversityLogitsProcessor</c>.</summary>
    /// <param name="sums">Summed log-probabilities; changed in place.</param>
    /// <param name="places">Their places; changed in place.</param>
    /// <param name="taken">How often tokens were chosen.</param>
    /// <param name="penalty">What is taken each time.</param>
    /// <param name="vocabulary">How many tokens there are.</param>
    public static void Penalize(Span<float> sums, Span<long> places, IReadOnlyDictionary<int, int> taken, double penalty, int vocabulary)
    {
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] -= (float)penalty * taken.GetValueOrDefault((int)(places[i] % vocabulary));
        }

        // Equal ones stay in the order in which they came.
        for (var i = 1; i < sums.Length; i++)
        {
            var (sum, place, at) = (sums[i], places[i], i);
            for (; at > 0 && sums[at - 1] < sum; at--)
            {
                (sums[at], places[at]) = (sums[at - 1], places[at - 1]);
            }

            (sums[at], places[at]) = (sum, place);
        }
    }

    // Each group looks after itself.
    protected override bool IsStuck(ReadOnlySpan<float> sums) => false;

    protected override void Append(int token)
    {
        Array.ForEach(groups, group => group.Give(token));
        Length++;
    }

    protected override void Choose(ReadOnlySpan<float> sums, ReadOnlySpan<long> places)
    {
        var count = sums.Length / Lists;
        var (own, ownPlaces) = (new float[count], new long[count]);
        taken.Clear();
        for (var at = 0; at < Lists; at++)
        {
            var group = groups[at];
            if (group.HasEnded)
            {
                continue;
            }

            sums.Slice(at * count, count).CopyTo(own);
            places.Slice(at * count, count).CopyTo(ownPlaces);
            Penalize(own, ownPlaces, taken, Options.DiversityPenalty, Options.Facts.Vocabulary);
            group.Advance(own, ownPlaces);
            if (group.Fault is { } fault)
            {
                Fail(fault);
                return;
            }

            for (var beam = 0; beam < size; beam++)
            {
                var row = (at * size) + beam;
                (Next[row], Origins[row]) = (group.Next[beam], (at * size) + group.Origins[beam]);
                if (!group.HasEnded && !float.IsNegativeInfinity(group.SumOf(beam)))
                {
                    Take(Next[row]);
                }
            }

            foreach (var last in group.HasEnded ? group.Found.Where(one => one.Finish == FinishReason.Length && one.Tokens.Length == Length + 1) : [])
            {
                Take(last.Tokens[^1]);
            }

            IsReordered |= group.IsReordered;
            group.Settle();
        }

        Length++;
        if (Array.TrueForAll(groups, group => group.HasEnded))
        {
            End();
        }
    }

    private void Take(int token) => taken[token] = taken.GetValueOrDefault(token) + 1;

    private BeamSearch GroupOf(int beam) => groups[beam / size];
}
