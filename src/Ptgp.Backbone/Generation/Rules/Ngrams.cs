namespace Ptgp.Backbone.Generation.Rules;

/// <summary>Forbids what would repeat an n-gram of what was written.</summary>
internal sealed class NoRepeatedNgrams(int size) : TokenRule
{
    public override RulePhase Phase => RulePhase.Forbid;

    public override void Apply(ReadOnlySpan<int> written, ScoreRow scores) => Ngrams.ForbidRepeats(written, size, written, scores);
}

/// <summary>Forbids what would repeat an n-gram of the input.</summary>
internal sealed class NoSourceNgrams(int[] source, int size) : TokenRule
{
    public override RulePhase Phase => RulePhase.Forbid;

    public override void Apply(ReadOnlySpan<int> written, ScoreRow scores) => Ngrams.ForbidRepeats(source, size, written, scores);
}

/// <summary>What both rules do.</summary>
internal static class Ngrams
{
    /// <summary>Forbids what would end what was written with an n-gram of a text.</summary>
    public static void ForbidRepeats(ReadOnlySpan<int> text, int size, ReadOnlySpan<int> written, ScoreRow scores)
    {
        var begun = size - 1;
        if (written.Length < begun)
        {
            return;
        }

        var last = written[^begun..];
        for (var start = 0; start + begun < text.Length; start++)
        {
            if (text.Slice(start, begun).SequenceEqual(last))
            {
                scores.Forbid(text[start + begun]);
            }
        }
    }
}
