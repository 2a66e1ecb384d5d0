using System.CommandLine;
using Ptgp.Host.Scoring;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.Host.Commands.Scoring;

/// <summary>A way to score, with its options as the reference's own command line names them.</summary>
internal abstract class MetricChoice
{
    /// <summary>Gets its name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>Gets what it is, in a few words.</summary>
    public abstract string About { get; }

    /// <summary>Gets its options.</summary>
    public virtual IReadOnlyList<Option> Options => [];

    /// <summary>Gets whether the predictions are one JSON object of answers by id, and the reference a dataset.</summary>
    public virtual bool TakesDataset => false;

    /// <summary>Makes its figures, the first of which decides.</summary>
    /// <param name="parsed">The options.</param>
    /// <param name="texts">What will be scored.</param>
    public abstract IReadOnlyList<ICorpusMetric> Create(ParseResult parsed, IReadOnlyList<ScoredText> texts);

    /// <summary>Makes what scores a single text.</summary>
    public virtual IReadOnlyList<ICorpusMetric> CreateForSentences(ParseResult parsed, IReadOnlyList<ScoredText> texts) => Create(parsed, texts);

    /// <summary>Scores.</summary>
    public virtual IReadOnlyList<Metric> Measure(ParseResult parsed, IReadOnlyList<ScoredText> texts) => [.. Create(parsed, texts).Select(metric => Figure(metric, Sum(metric, texts), texts))];

    /// <summary>Gets the line that the reference prints, where it prints one.</summary>
    public virtual string? Line(ParseResult parsed, IReadOnlyList<ScoredText> texts) => null;

    /// <summary>All ways to score.</summary>
    public static IReadOnlyList<MetricChoice> All() => [new BleuChoice(), new ChrfChoice(), new TerChoice(), new RougeChoice(), new SquadChoice(), new WerChoice(), new ClassesChoice()];

    /// <summary>Sums a metric's counts over texts.</summary>
    protected static double[] Sum(ICorpusMetric metric, IReadOnlyList<ScoredText> texts)
    {
        double[]? sum = null;
        foreach (var text in texts)
        {
            var counts = metric.Count(text.Predicted, text.References);
            sum = sum is null ? counts : [.. sum.Zip(counts, (a, b) => a + b)];
        }

        return sum ?? throw new UserException("There must be texts to score, but the files are empty.");
    }

    /// <summary>Finds how many references each text has; null when their number differs.</summary>
    public static int? ReferencesOf(IReadOnlyList<ScoredText> texts) => texts.All(text => text.References.Count == texts[0].References.Count) ? texts[0].References.Count : null;

    private static Metric Figure(ICorpusMetric metric, double[] counts, IReadOnlyList<ScoredText> texts) =>
        new(metric.Name, metric.Score(counts), metric.LowerIsBetter) { Signature = metric.Signature(ReferencesOf(texts)) is { Length: > 0 } signature ? signature : null };
}
