using System.CommandLine;
using Ptgp.Host.Scoring;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.Host.Commands.Scoring;

/// <summary>Exact match and F1 of answers, as the published SQuAD scripts count them.</summary>
internal sealed class SquadChoice : MetricChoice
{
    private readonly Option<double> threshold = new("--na-prob-thresh") { Description = "The probability of no answer above which an answer counts as none.", HelpName = "NUMBER", DefaultValueFactory = _ => 1 };

    public override string Name => "squad";

    public override string About => "Exact match and F1 of answers, equal to SQuAD's scripts: version 2.0 where a question has no answer, else 1.1.";

    public override IReadOnlyList<Option> Options => [threshold];

    public override bool TakesDataset => true;

    public override IReadOnlyList<ICorpusMetric> Create(ParseResult parsed, IReadOnlyList<ScoredText> texts) =>
    [
        new MeanScore("f1", (predicted, expected) => 100 * expected.Max(one => Squad.F1(predicted, one)), _ => Version(texts)),
        new MeanScore("exact", (predicted, expected) => 100 * expected.Max(one => Squad.Exact(predicted, one)), _ => Version(texts)),
    ];

    public override IReadOnlyList<Metric> Measure(ParseResult parsed, IReadOnlyList<ScoredText> texts)
    {
        if (texts.Count == 0)
        {
            throw new UserException("There must be answers to score, but the files are empty.");
        }

        SquadAnswer[] answers = [.. texts.Select(text => new SquadAnswer(text.Expected, text.Predicted, text.NoAnswer))];
        if (answers.All(answer => answer.Expected.Count > 0))
        {
            return Squad.Measure(answers);
        }

        var score = Squad.Version2(answers, parsed.GetValue(threshold));
        Metric[] figures = [.. Part("", score.All), .. Part("HasAns_", score.HasAnswer), .. Part("NoAns_", score.NoAnswer)];

        // Without probabilities there is no threshold to look for.
        return texts.All(text => text.NoAnswer == 0) ? figures :
        [
            .. figures,
            Figure("best_exact", score.BestExact.Score), Figure("best_exact_thresh", score.BestExact.Threshold), Figure("best_f1", score.BestF1.Score), Figure("best_f1_thresh", score.BestF1.Threshold),
        ];

        static IEnumerable<Metric> Part(string prefix, SquadScore? score) => score is null ? [] : [Figure(prefix + "f1", score.F1), Figure(prefix + "exact", score.Exact)];

        static Metric Figure(string name, double value) => new(name, value) { Signature = "SQuAD 2.0" };
    }

    private static string Version(IReadOnlyList<ScoredText> texts) => texts.All(text => text.Expected.Count > 0) ? "SQuAD 1.1" : "SQuAD 2.0";
}
