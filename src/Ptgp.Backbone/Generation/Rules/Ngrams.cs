namespace Ptgp.Backbone.Generation.Rules;

/// <summary>Forbids what would repeat an n-gram of what was written.</summary>
internal sealed class NoRepeatedNgrams(int size) : TokenRule
{
    public override RulePhase Phase => RulePhase.Forbid;

    public override void Apply(ReadOnlySpan<int> written, ScoreRow scores)
    {
        var begun = size - 1;
        if (written.Length < begun)
        {
            return;
        }

        var last = written[^begun..];
        for (var start = 0; start + begun < written.Length; start++)
        {
            if (written.Slice(start, begun).SequenceEqual(last))
            {
                scores.Forbid(written[start + begun]);
            }
        }
    }
}

/// <summary>Forbids what would repeat an n-gram of the input.</summary>
internal sealed class NoSourceNgrams(int[] source, int size) : TokenRule
{
    public override RulePhase Phase => RulePhase.Forbid;

    public override void Apply(ReadOnlySpan<int> written, ScoreRow scores)
    {
        var begun = size - 1;
        if (written.Length < begun)
        {
            return;
        }

        var last = written[^begun..];
        for (var start = 0; start + begun < source.Length; start++)
        {
            if (source.AsSpan(start, begun).SequenceEqual(last))
            {
                scores.Forbid(source[start + begun]);
            }
        }
    }
}
