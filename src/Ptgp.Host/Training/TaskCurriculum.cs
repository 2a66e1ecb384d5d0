using Ptgp.Host.Tasks;

namespace Ptgp.Host.Training;

/// <summary>One task, batch after batch.</summary>
internal sealed class TaskCurriculum<TInput, TPart, TPartOutput, TOutput>(
    TrainingData<TInput, TPart, TPartOutput, TOutput> data,
    DataSize? size,
    Learner<TInput, TPart, TPartOutput, TOutput> learner,
    HeldOutData<TInput, TPart, TPartOutput, TOutput>? heldOut) : ITaskCurriculum
{
    private const int Named = 8;

    /// <inheritdoc />
    public int Places => 1;

    /// <inheritdoc />
    public int? Batches => size?.Batches;

    /// <inheritdoc />
    /// <remarks>A step never reaches over the end of an epoch: the last one of each may have fewer batches.</remarks>
    public int? StepsPerEpoch => size is null ? null : (size.Batches + learner.Recipe.Accumulation - 1) / learner.Recipe.Accumulation;

    /// <inheritdoc />
    public int HeldOut => heldOut?.Count ?? 0;

    /// <inheritdoc />
    public LearnedStep Learn(int step, double learningRate, IReadOnlyList<DataPosition> from)
    {
        List<IReadOnlyList<EncodedExample<TPart>>> batches = [];
        var at = from[0];
        do
        {
            (var batch, at) = data.Get(at);
            batches.Add(batch);
        }
        while (batches.Count < learner.Recipe.Accumulation && !at.BeginsEpoch);

        try
        {
            var (loss, norm, count) = learner.Step(step, learningRate, batches);
            return new(loss, norm, count, [at], at.BeginsEpoch) { Positions = batches.Sum(Positions) };
        }
        catch (NonFiniteException fault)
        {
            return new(fault.Loss, fault.GradNorm, 0, [at], at.BeginsEpoch)
            {
                Fault = fault.Describe(step, Name(batches)),
            };
        }
    }

    /// <inheritdoc />
    public GatheredBatch Gather(DataPosition from)
    {
        var (batch, next) = data.Get(from);
        var (sum, count) = learner.Gather([batch]);
        return new(sum, count, Positions(batch), next, () => Name([batch]));
    }

    /// <inheritdoc />
    public async Task<EvaluationResult?> EvaluateAsync(CancellationToken cancellation) =>
        heldOut is null ? null : await heldOut.EvaluateAsync(learner, cancellation).ConfigureAwait(false);

    private long Positions(IReadOnlyList<EncodedExample<TPart>> batch) => batch.Sum(example => (long)example.Positions(learner.Recipe.MaxInputLength, learner.Recipe.MaxTargetLength));

    private static string Name(IEnumerable<IEnumerable<EncodedExample<TPart>>> batches)
    {
        long[] numbers = [.. batches.SelectMany(batch => batch).Select(example => example.Number).Distinct().Order()];
        return $"{(numbers.Length == 1 ? "example" : "examples")} {string.Join(", ", numbers.Take(Named))}{(numbers.Length > Named ? $" and {numbers.Length - Named} more" : "")}";
    }
}
