using Ptgp.Host.Tasks;

namespace Ptgp.Host.Training;

/// <summary>Several tasks that learn one backbone: each step is one of theirs, drawn by lot.</summary>
/// <param name="tasks">The tasks by name.</param>
/// <param name="mixture">What draws.</param>
internal sealed class MixedCurriculum(IReadOnlyList<KeyValuePair<string, ICurriculum>> tasks, Mixture mixture) : ICurriculum
{
    /// <summary>The name of the figure that decides which checkpoint is best: the mean of the tasks' losses.</summary>
    public const string Deciding = "meanLoss";

    /// <inheritdoc />
    public int Places => tasks.Count;

    /// <inheritdoc />
    public int? StepsPerEpoch => tasks.Sum(task => (long?)task.Value.StepsPerEpoch ?? int.MaxValue) is < int.MaxValue and var steps ? (int)steps : null;

    /// <inheritdoc />
    public int HeldOut => tasks.Sum(task => task.Value.HeldOut);

    /// <inheritdoc />
    public LearnedStep Learn(int step, double learningRate, IReadOnlyList<DataPosition> from)
    {
        var turn = mixture.Choose(step);
        var learned = tasks[turn].Value.Learn(step, learningRate, [from[turn]]);
        return learned with
        {
            Next = [.. from.Select((place, task) => task == turn ? learned.Next[0] : place)],
            // Of the mixture: as many steps as go once through all data.
            EndsEpoch = (step + 1) % (StepsPerEpoch ?? int.MaxValue) == 0,
            Fault = learned.Fault is null ? null : $"Task '{tasks[turn].Key}': {learned.Fault}",
        };
    }

    /// <inheritdoc />
    public async Task<EvaluationResult?> EvaluateAsync(CancellationToken cancellation)
    {
        List<(string Task, EvaluationResult Result)> results = [];
        foreach (var (name, task) in tasks)
        {
            if (await task.EvaluateAsync(cancellation).ConfigureAwait(false) is { } result)
            {
                results.Add((name, result));
            }
        }

        if (results.Count == 0)
        {
            return null;
        }

        // Metrics of different tasks have no common measure; losses have.
        var mean = results.Average(item => item.Result.Loss ?? double.NaN);
        return new()
        {
            Examples = results.Sum(item => item.Result.Examples),
            Loss = mean,
            Metrics = [new(Deciding, mean, LowerIsBetter: true), .. results.SelectMany(item => item.Result.Metrics.Select(metric => metric with { Name = $"{item.Task}:{metric.Name}" }))],
        };
    }
}
