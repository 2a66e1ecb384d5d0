using System.CommandLine;
using Ptgp.Host.Scoring;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.Host.Commands.Scoring;

/// <summary>Accuracy and F1 of classes.</summary>
internal sealed class ClassesChoice : MetricChoice
{
    public override string Name => "classes";

    public override string About => "Accuracy and F1 of classes, a name a line; F1 as scikit-learn averages it.";

    public override IReadOnlyList<ICorpusMetric> Create(ParseResult parsed, IReadOnlyList<ScoredText> texts)
    {
        string[] classes = [.. texts.SelectMany(text => text.References.Prepend(text.Predicted)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return [new ClassScores(classes, ClassAverage.Accuracy), new ClassScores(classes, ClassAverage.Macro), new ClassScores(classes, ClassAverage.Weighted)];
    }
}
