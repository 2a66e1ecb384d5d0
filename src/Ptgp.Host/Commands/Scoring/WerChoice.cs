using System.CommandLine;
using Ptgp.Host.Scoring;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.Host.Commands.Scoring;

/// <summary>The error rates of transcripts.</summary>
internal sealed class WerChoice : MetricChoice
{
    public override string Name => "wer";

    public override string About => "Word, character and match error rate and information lost, equal to jiwer's; 0.05 is five errors in a hundred words.";

    public override IReadOnlyList<ICorpusMetric> Create(ParseResult parsed, IReadOnlyList<ScoredText> texts) =>
        [ErrorRate.OfWords(), ErrorRate.OfCharacters(), ErrorRate.OfMatches(), ErrorRate.OfInformation()];

    public override string Line(ParseResult parsed, IReadOnlyList<ScoredText> texts)
    {
        var counts = ErrorRate.Counts(Sum(ErrorRate.OfWords(), texts));
        return FormattableString.Invariant($"words: {counts.Hits} right, {counts.Substitutions} substituted, {counts.Deletions} missing, {counts.Insertions} too many");
    }
}
