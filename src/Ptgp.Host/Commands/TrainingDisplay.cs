using System.Diagnostics;
using System.Globalization;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Commands;

/// <summary>Shows how a training goes on: lines in a pipe, a bar on a terminal.</summary>
internal abstract class TrainingDisplay : IDisposable
{
    private readonly Stopwatch watch = Stopwatch.StartNew();
    private readonly Dictionary<string, (int Step, TimeSpan Time)> first = [];
    private readonly Dictionary<string, Pace> paces = [];

    /// <summary>Makes the display that suits standard error.</summary>
    public static TrainingDisplay For(CommandContext context) => context.IsErrorTerminal ? new TrainingBar(context) : new TrainingLog(context.Log);

    /// <summary>Shows a step.</summary>
    public void Show(TrainingStep step)
    {
        var task = step.Task ?? "";
        if (!paces.TryGetValue(task, out var pace))
        {
            paces[task] = pace = new();
        }

        Show(step, Say(step, pace.Add(watch.Elapsed, step.Positions)));
    }

    /// <summary>Shows an evaluation.</summary>
    public void Show(TrainingEvaluation evaluation)
    {
        // What it took is no step's time.
        paces.Clear();
        ShowLine(Say(evaluation));
    }

    /// <summary>Says scores in a few words.</summary>
    public static string Say(EvaluationResult result) => string.Join(", ",
        result.Metrics.Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Name} {metric.Value:0.####}"))
            .Concat(result.Loss is { } loss ? [string.Create(CultureInfo.InvariantCulture, $"loss {loss:0.####}")] : []));

    /// <inheritdoc />
    public abstract void Dispose();

    /// <summary>Shows a step, of which <paramref name="figures"/> are said.</summary>
    protected abstract void Show(TrainingStep step, string figures);

    /// <summary>Shows a line that stays.</summary>
    protected abstract void ShowLine(string line);

    /// <summary>Says an evaluation in a line.</summary>
    private static string Say(TrainingEvaluation evaluation) => $"{Of(evaluation.Task)}evaluation {(evaluation.Averaged is { } count ? $"of the mean of {count} weights " : "")}after step {evaluation.Step}: {Say(evaluation.Result)}{(evaluation.IsBest ? " (best)" : "")}";

    private static string Say(TrainingStep step, double? pace) => string.Create(
        CultureInfo.InvariantCulture,
        $"loss {step.Loss:0.0000}  gradient {step.GradNorm:0.000}  rate {step.LearningRate:0.00e+0}{(pace is { } tokens ? $"  {tokens:0} tokens/s" : "")}  {Sizes.Say(Environment.WorkingSet)}");

    /// <summary>Says whose step or evaluation it is, where several tasks are trained each by itself.</summary>
    protected static string Of(string? task) => task is null ? "" : task + ": ";

    /// <summary>Estimates how long the rest takes, by the steps since the first one seen.</summary>
    protected TimeSpan? Remaining(TrainingStep step)
    {
        first.TryAdd(step.Task ?? "", (step.Step, watch.Elapsed));
        var (start, time) = first[step.Task ?? ""];
        return step.Step > start ? (watch.Elapsed - time) / (step.Step - start) * (step.Steps - step.Step) : null;
    }
}
