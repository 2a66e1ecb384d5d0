using Ptgp.Backbone.Native;
using Ptgp.Host.Tasks;
using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>
/// Several tasks that learn one backbone: each batch of a step is one of theirs, drawn by lot, and a step is averaged over the targets of them all, so that few targets do not
/// weigh as much as many.
/// </summary>
/// <param name="tasks">The tasks by name.</param>
/// <param name="mixture">What draws.</param>
/// <param name="descent">What makes steps of their gradients.</param>
/// <param name="batches">How many batches make a step.</param>
internal sealed class MixedCurriculum(IReadOnlyList<KeyValuePair<string, ITaskCurriculum>> tasks, Mixture mixture, Descent descent, int batches) : ICurriculum
{
    /// <summary>The name of the figure that decides which checkpoint is best: the mean of the tasks' losses.</summary>
    public const string Deciding = "meanLoss";

    /// <inheritdoc />
    public int Places => tasks.Count;

    /// <inheritdoc />
    public int? StepsPerEpoch => tasks.Sum(task => (long?)task.Value.Batches ?? int.MaxValue) is < int.MaxValue and var all ? ((int)all + batches - 1) / batches : null;

    /// <inheritdoc />
    public int HeldOut => tasks.Sum(task => task.Value.HeldOut);

    /// <inheritdoc />
    public LearnedStep Learn(int step, double learningRate, IReadOnlyList<DataPosition> from)
    {
        using var scope = NewDisposeScope();
        var next = from.ToArray();
        var sum = zeros([], float64);
        var (count, positions) = (0L, 0L);
        List<Func<string>> learned = [];
        descent.Begin(step);
        for (var i = 0; i < batches; i++)
        {
            var turn = mixture.Choose(unchecked((step * batches) + i));
            var batch = tasks[turn].Value.Gather(next[turn]);
            next[turn] = batch.Next;
            sum = Ops.AddTo(sum.to(batch.Sum.device), batch.Sum);
            (count, positions) = (count + batch.Count, positions + batch.Positions);
            learned.Add(() => $"{batch.Examples()} of '{tasks[turn].Key}'");
        }

        count = Math.Max(count, 1);
        // Of the mixture: as many steps as go once through all data.
        var endsEpoch = (step + 1) % (StepsPerEpoch ?? int.MaxValue) == 0;
        try
        {
            var (loss, norm) = descent.End(learningRate, sum, count, "the tasks' heads");
            return new(loss, norm, count, next, endsEpoch) { Positions = positions };
        }
        catch (NonFiniteException fault)
        {
            return new(fault.Loss, fault.GradNorm, 0, next, endsEpoch) { Fault = fault.Describe(step, string.Join(", ", learned.Select(name => name()))) };
        }
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
