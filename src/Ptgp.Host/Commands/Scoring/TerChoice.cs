using System.CommandLine;
using Ptgp.Host.Scoring;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.Host.Commands.Scoring;

/// <summary>The translation edit rate, with sacreBLEU's options.</summary>
internal sealed class TerChoice : MetricChoice
{
    private readonly Option<bool> cased = new("--case-sensitive") { Description = "Lets case count." };
    private readonly Option<bool> normalized = new("--normalized") { Description = "Parts punctuation from words first." };
    private readonly Option<bool> noPunctuation = new("--no-punct") { Description = "Leaves punctuation out." };
    private readonly Option<bool> asian = new("--asian-support") { Description = "Parts, or leaves out, Chinese characters and their punctuation too." };

    public override string Name => "ter";

    public override string About => "The translation edit rate, equal to sacreBLEU's.";

    public override IReadOnlyList<Option> Options => [cased, normalized, noPunctuation, asian];

    public override IReadOnlyList<ICorpusMetric> Create(ParseResult parsed, IReadOnlyList<ScoredText> texts) => [Read(parsed)];

    public override string Line(ParseResult parsed, IReadOnlyList<ScoredText> texts) =>
        Read(parsed).Corpus([.. texts.Select(text => text.Predicted)], [.. texts.Select(text => text.References)]).ToString();

    private Ter Read(ParseResult parsed) => new(new()
    {
        CaseSensitive = parsed.GetValue(cased),
        Normalized = parsed.GetValue(normalized),
        NoPunctuation = parsed.GetValue(noPunctuation),
        AsianSupport = parsed.GetValue(asian),
    });
}
