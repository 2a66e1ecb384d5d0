using System.CommandLine;
using Ptgp.Host.Scoring;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.Host.Commands.Scoring;

/// <summary>ROUGE, with rouge_score's options.</summary>
internal sealed class RougeChoice : MetricChoice
{
    private readonly Option<bool> stemmer = new("--use-stemmer") { Description = "Compares words of more than three letters by their stems." };

    public override string Name => "rouge";

    public override string About => "ROUGE-1, -2, -L and -Lsum, equal to rouge_score's; the mean F1.";

    public override IReadOnlyList<Option> Options => [stemmer];

    public override IReadOnlyList<ICorpusMetric> Create(ParseResult parsed, IReadOnlyList<ScoredText> texts) => RougeMetric.All(parsed.GetValue(stemmer));
}
