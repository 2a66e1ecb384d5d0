using System.Text.Json.Serialization;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Training;

/// <summary>One evaluation as it is written down.</summary>
/// <param name="Step">After which step.</param>
/// <param name="Evaluation">The figures by name: <c>loss</c>, and the plugin's metrics.</param>
/// <param name="Deciding">Which of them decides what is best.</param>
/// <param name="LowerIsBetter">Whether the smaller figure is the better one.</param>
internal sealed record TrainingScore(int Step, IReadOnlyDictionary<string, double> Evaluation, string Deciding, bool LowerIsBetter)
{
    private const string Loss = "loss";

    /// <summary>Gets over how many evaluations the weights were averaged; null where they were not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Averaged { get; init; }

    /// <summary>Makes a score of an evaluation: the plugin's first metric decides, or the loss when there is none.</summary>
    public static TrainingScore Of(int step, EvaluationResult result)
    {
        Dictionary<string, double> figures = new() { [Loss] = result.Loss ?? double.NaN };
        foreach (var metric in result.Metrics)
        {
            figures[metric.Name] = metric.Value;
        }

        return result.Metrics.Count > 0 ? new(step, figures, result.Metrics[0].Name, result.Metrics[0].LowerIsBetter) : new(step, figures, Loss, LowerIsBetter: true);
    }

    /// <summary>Makes a score of the training loss alone.</summary>
    public static TrainingScore OfLoss(int step, double loss) => new(step, new Dictionary<string, double> { [Loss] = loss }, Loss, LowerIsBetter: true);

    /// <summary>Makes an evaluation of what was written down, of which the deciding metric comes first.</summary>
    public EvaluationResult ToResult(int examples) => new()
    {
        Examples = examples,
        Loss = Evaluation[Loss],
        Metrics = [.. Evaluation.Where(figure => figure.Key != Loss).OrderByDescending(figure => figure.Key == Deciding).Select(figure => new Metric(figure.Key, figure.Value, LowerIsBetter))],
    };

    /// <summary>Tells whether it is better than another, or the first; a figure that is no number is worse than any.</summary>
    public bool IsBetterThan(TrainingScore? other)
    {
        if (other is null)
        {
            return true;
        }

        var (ours, theirs) = (Evaluation[Deciding], other.Evaluation[other.Deciding]);
        return !double.IsNaN(ours) && (double.IsNaN(theirs) || (LowerIsBetter ? ours < theirs : ours > theirs));
    }
}
