using Ptgp.Host.Tasks;

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
                        var smoothed = FoundRate.SmoothSoFar(points);
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
