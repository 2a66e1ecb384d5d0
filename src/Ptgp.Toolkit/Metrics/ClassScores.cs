namespace Ptgp.Toolkit.Metrics;

/// <summary>How well texts, or anything else, were put into classes: accuracy, and F1 as scikit-learn averages it, from 0 to 100.</summary>
/// <param name="classes">All classes that were predicted or expected, each once.</param>
/// <param name="average">Which figure is given.</param>
/// <remarks>Of several references any is right; a wrong answer counts as a miss of the first.</remarks>
public sealed class ClassScores(IReadOnlyList<string> classes, ClassAverage average) : ICorpusMetric
{
    private readonly Dictionary<string, int> places = classes.Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => pair.place, StringComparer.Ordinal);

    /// <inheritdoc />
    public string Name => average switch
    {
        ClassAverage.Accuracy => "accuracy",
        ClassAverage.Macro => "f1_macro",
        _ => "f1_weighted",
    };

    /// <inheritdoc />
    /// <remarks>The counts are, for each class: hits, how often it was predicted, how often it was expected.</remarks>
    public double[] Count(string hypothesis, IReadOnlyList<string> references)
    {
        ArgumentNullException.ThrowIfNull(references);
        var counts = new double[3 * classes.Count];
        var (predicted, expected) = (places[hypothesis], places[references.Contains(hypothesis) ? hypothesis : references[0]]);
        counts[(3 * predicted) + 1] = 1;
        counts[(3 * expected) + 2] = 1;
        counts[3 * predicted] = predicted == expected ? 1 : 0;
        return counts;
    }

    /// <inheritdoc />
    public double Score(ReadOnlySpan<double> counts)
    {
        var (hits, total, f1, weighted, seen) = (0.0, 0.0, 0.0, 0.0, 0);
        for (var place = 0; place < classes.Count; place++)
        {
            var (hit, predicted, expected) = (counts[3 * place], counts[(3 * place) + 1], counts[(3 * place) + 2]);
            var one = predicted + expected > 0 ? 2 * hit / (predicted + expected) : 0;
            (hits, total, f1, weighted, seen) = (hits + hit, total + expected, f1 + one, weighted + (expected * one), seen + (predicted + expected > 0 ? 1 : 0));
        }

        return total == 0 ? 0 : 100 * (average switch
        {
            ClassAverage.Accuracy => hits / total,
            ClassAverage.Macro => f1 / seen,
            _ => weighted / total,
        });
    }

    /// <inheritdoc />
    public string Signature(int? references) => $"classes:{classes.Count}";
}

/// <summary>A figure of a classification.</summary>
public enum ClassAverage
{
    /// <summary>The share that is right.</summary>
    Accuracy,

    /// <summary>The mean of the classes' F1, rare classes counting as much as frequent ones.</summary>
    Macro,

    /// <summary>The mean of the classes' F1, each counting as often as it is expected.</summary>
    Weighted,
}
