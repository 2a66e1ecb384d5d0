namespace Ptgp.Backbone.Generation.Rules;

/// <summary>Worsens what was written already (Keskar et al. 2019, section 4.1). The start token and the prefix count as written.</summary>
internal sealed class RepetitionPenalty(float factor) : TokenRule
{
    public override RulePhase Phase => RulePhase.CompareWithWritten;

    public override void Apply(ReadOnlySpan<int> written, ScoreRow scores) => scores.Worsen(written, factor);
}

/// <summary>Worsens what the input lacks, by bettering what it has.</summary>
internal sealed class SourcePenalty(IEnumerable<int> source, float factor) : TokenRule
{
    private readonly int[] source = [.. source.Distinct()];

    public override RulePhase Phase => RulePhase.CompareWithSource;

    public override void Apply(ReadOnlySpan<int> written, ScoreRow scores) => scores.Worsen(source, 1 / factor);
}
