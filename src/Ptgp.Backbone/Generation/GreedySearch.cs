namespace Ptgp.Backbone.Generation;

/// <summary>Writes the likeliest token, again and again.</summary>
internal sealed class GreedySearch(WritingJob job) : SourceSearch(job, 1)
{
    private readonly WrittenRow row = new();
    private float sum;
    private RawHypothesis? result;

    public override int Candidates => 1;

    public override IReadOnlyList<RawHypothesis> Results => result is null ? [] : [result];

    public override ReadOnlySpan<int> Written(int beam) => row.Tokens(Length);

    public override float SumOf(int beam) => sum;

    protected override void Append(int token) => row.Set(Length++, token, 0);

    protected override void Choose(ReadOnlySpan<float> sums, ReadOnlySpan<long> places)
    {
        var logProbability = sums[0] - sum;
        sum = sums[0];
        var token = (int)places[0];
        if (Options.EndIds.Contains(token) || Length + 1 == Longest)
        {
            result = Finished(row, token, logProbability, sum);
            End();
        }

        row.Set(Length++, token, logProbability);
        Next[0] = token;
    }

    protected override ReadOnlySpan<int> Certain() => Written(0);
}
