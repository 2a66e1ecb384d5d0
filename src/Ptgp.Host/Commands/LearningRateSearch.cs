using System.Text.Json.Nodes;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training.Reports;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp train --find-lr</c>: trains for a while at rates that rise from step to step until the loss runs away, and says where it fell most steeply (Smith 2017). What is learned is thrown away.</summary>
internal static class LearningRateSearch
{
    private const int Steps = 100;
    private const double Lowest = 1e-7, Highest = 1, RunsAway = 3;

    /// <summary>Searches.</summary>
    /// <param name="task">The task.</param>
    /// <param name="request">The training; nothing is written to its output.</param>
    /// <param name="status">What shows how it goes on.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="UserException">There are too few steps to tell.</exception>
    public static async Task<FoundRate> RunAsync(ITaskRunner task, TrainingRequest request, StatusLine status, CancellationToken cancellation)
    {
        using ThrowawayFolder folder = new();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        List<(double Rate, double Loss)> points = [];
        try
        {
            await task.TrainAsync(
                request with
                {
                    Output = folder.Path,
                    Resume = false,
                    HeldOut = [],
                    OnEvaluation = null,
                    Recipe = standing => request.Recipe(standing) with { MaxSteps = Steps, EvaluateEvery = Steps },
                    LearningRate = step => Lowest * Math.Pow(Highest / Lowest, step / (Steps - 1.0)),
                    OnStep = step =>
                    {
                        points.Add((step.LearningRate, step.Loss));
                        status.Show(FormattableString.Invariant($"step {step.Step} of {Steps}, rate {step.LearningRate:0.0e+0}, loss {step.Loss:0.0000}"));
                        var smoothed = FoundRate.Smooth(points);
                        if (smoothed[^1] > RunsAway * smoothed.Min())
                        {
                            enough.Cancel();
                        }
                    },
                },
                enough.Token).ConfigureAwait(false);
        }
        catch (UserException) when (points.Count >= Steps / 4)
        {
            // The loss is no number any more: the rates before are what was asked for.
        }

        cancellation.ThrowIfCancellationRequested();
        return FoundRate.Of(points);
    }
}

/// <summary>What the losses say of the rates.</summary>
/// <param name="Points">The rates tried, and the loss at each.</param>
/// <param name="Smoothed">The losses, smoothed.</param>
/// <param name="Steepest">The rate at which the smoothed loss fell most steeply: a peak for a schedule with warm-up.</param>
/// <param name="Lowest">The rate at which it was lowest; a tenth of it is the cautious choice.</param>
internal sealed record FoundRate(IReadOnlyList<(double Rate, double Loss)> Points, double[] Smoothed, double Steepest, double Lowest)
{
    // A slope is taken over that many steps to each side.
    private const int Reach = 5;

    /// <summary>Gets the more cautious of the steepest rate and a tenth of the lowest.</summary>
    public double Suggested => Math.Min(Steepest, Lowest / 10);

    /// <summary>Smooths the losses of rates.</summary>
    public static double[] Smooth(IReadOnlyList<(double Rate, double Loss)> points) => Smoothing.Average([.. points.Select(point => point.Loss)], 0.9);

    /// <summary>Looks for the rates.</summary>
    /// <exception cref="UserException">There are too few.</exception>
    public static FoundRate Of(IReadOnlyList<(double Rate, double Loss)> points)
    {
        if (points.Count < (4 * Reach) + 1)
        {
            throw new UserException($"To find a learning rate there must be {(4 * Reach) + 1} steps or more, but the loss ran away after {points.Count}. Look whether the data or the loss is what it should be.");
        }

        var smoothed = Smooth(points);
        var lowest = Enumerable.Range(Reach, points.Count - Reach).MinBy(step => smoothed[step]);
        var steepest = Enumerable.Range(Reach, Math.Max(1, lowest - (2 * Reach))).MinBy(step => Slope(step));
        return new(points, smoothed, points[steepest].Rate, points[lowest].Rate);

        double Slope(int step) => step + Reach < points.Count ? (smoothed[step + Reach] - smoothed[step - Reach]) / Math.Log(points[step + Reach].Rate / points[step - Reach].Rate) : 0;
    }

    /// <summary>Says it in a line.</summary>
    public string AsText() => FormattableString.Invariant(
        $"The loss falls most steeply at {Steepest:0.0e+0} and is lowest at {Lowest:0.0e+0} ({Points.Count} steps, {Points[0].Rate:0.0e+0} to {Points[^1].Rate:0.0e+0}). Begin with --recipe learningRate={Suggested:0.0e+0}.");

    /// <summary>Says it for scripts.</summary>
    public JsonObject AsJson() => new()
    {
        ["suggested"] = Suggested,
        ["steepest"] = Steepest,
        ["lowest"] = Lowest,
        ["points"] = new JsonArray([.. Points.Select(point => new JsonObject { ["learningRate"] = point.Rate, ["loss"] = point.Loss })]),
    };
}
