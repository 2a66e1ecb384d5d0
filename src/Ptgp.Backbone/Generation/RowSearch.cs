namespace Ptgp.Backbone.Generation;

/// <summary>Writes a token a row, again and again: the likeliest, or one that is drawn. Rows know nothing of each other; there are several where several sequences are drawn.</summary>
internal sealed class RowSearch : SourceSearch
{
    private readonly WrittenRow[] rows;
    private readonly float[] sums;
    private readonly RawHypothesis?[] ended;
    private readonly PromptLookup? lookup;

    public RowSearch(WritingJob job)
        : base(job, job.Options.DoSample ? job.Options.NumReturnSequences : 1)
    {
        rows = [.. Enumerable.Range(0, Beams).Select(_ => new WrittenRow())];
        sums = new float[Beams];
        ended = new RawHypothesis?[Beams];
        lookup = Options.PromptLookup > 0 ? new(Options.Facts.WritesOn ? default : job.Source.ToArray(), Options.PromptLookup, Options.MaxMatchingNgramSize) : null;
    }

    /// <summary>Gets how many candidates it looks at: one of each row, in the order of the rows.</summary>
    public override int Candidates => Beams;

    public override bool SeesLogProbabilities => false;

    public override IReadOnlyList<RawHypothesis> Found => HasEnded && Fault is null ? [.. ended.OfType<RawHypothesis>().OrderByDescending(row => row.Score)] : [];

    public override ReadOnlySpan<int> Written(int beam) => rows[beam].Tokens(Length);

    public override float SumOf(int beam) => ended[beam] is null ? sums[beam] : float.NegativeInfinity;

    public override ReadOnlySpan<int> Certain()
    {
        ReadOnlySpan<int> common = HasEnded ? Found[0].Tokens : ended[0] is { } first ? first.Tokens : Written(0);
        for (var beam = 1; beam < Beams && !HasEnded; beam++)
        {
            common = common[..common.CommonPrefixLength(ended[beam] is { } row ? row.Tokens : Written(beam))];
        }

        return common;
    }

    public override PromptLookup? Lookup => lookup;

    protected override bool IsStuck(ReadOnlySpan<float> sums)
    {
        for (var beam = 0; beam < Beams; beam++)
        {
            if (ended[beam] is null && float.IsNegativeInfinity(sums[beam]))
            {
                return true;
            }
        }

        return false;
    }

    protected override void Append(int token)
    {
        Array.ForEach(rows, row => row.Set(Length, token, 0));
        Length++;
    }

    protected override void Choose(ReadOnlySpan<float> sums, ReadOnlySpan<long> places)
    {
        var isLast = IsLast();
        for (var beam = 0; beam < Beams; beam++)
        {
            if (ended[beam] is not null)
            {
                continue;
            }

            var token = (int)(places[beam] % Options.Facts.Vocabulary);
            var logProbability = sums[beam] - this.sums[beam];
            if (isLast || IsEnd(rows[beam], token))
            {
                ended[beam] = Finished(rows[beam], token, logProbability, sums[beam]);
            }

            rows[beam].Set(Length, token, logProbability);
            this.sums[beam] = sums[beam];
            Next[beam] = token;
        }

        Length++;
        if (Array.TrueForAll(ended, row => row is not null))
        {
            End();
        }
    }
}
