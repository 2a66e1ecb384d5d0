using Ptgp.Backbone.Native;
using Ptgp.Host.Tasks;
using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>Makes optimizer steps. Synchronous, on the device's thread.</summary>
internal sealed class Learner<TInput, TPart, TPartOutput, TOutput>
{
    /// <summary>Gets the head.</summary>
    public required TaskHead<TInput, TPart, TPartOutput, TOutput> Head { get; init; }

    /// <summary>Gets the backbone as the head sees it.</summary>
    public required BackboneView Backbone { get; init; }

    /// <summary>Gets what pads.</summary>
    public required Collator Collator { get; init; }

    /// <summary>Gets what is learned.</summary>
    public required Optimizer Optimizer { get; init; }

    /// <summary>Gets the recipe.</summary>
    public required FineTuningRecipe Recipe { get; init; }

    /// <summary>Learns from batches as if they were one, whatever the number of targets in each.</summary>
    /// <param name="step">The step's number from 0: what is drawn in it follows from the recipe's seed and this alone, so that a resumed run draws the same.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="batches">The batches.</param>
    /// <returns>The mean loss of a target, the norm of the gradients before they were cut, and the number of targets.</returns>
    /// <exception cref="UserException">The loss depends on nothing that is learned.</exception>
    /// <exception cref="NonFiniteException">The loss or its gradient is no number; nothing was learned.</exception>
    public (double Loss, double GradNorm, long Count) Step(int step, double learningRate, IReadOnlyList<IReadOnlyList<EncodedExample<TPart>>> batches)
    {
        Descent descent = new(Optimizer, Recipe);
        descent.Begin(step);
        using var scope = NewDisposeScope();
        var (sum, count) = Gather(batches);
        count = Math.Max(count, 1);
        var (loss, norm) = descent.End(learningRate, sum, count, Head.GetType().Name);
        return (loss, norm, count);
    }

    /// <summary>Adds the gradients of batches to those that are there.</summary>
    /// <returns>The summed loss, a float64 scalar in the caller's scope, and the number of targets.</returns>
    /// <exception cref="UserException">The loss depends on nothing that is learned.</exception>
    public (Tensor Sum, long Count) Gather(IReadOnlyList<IReadOnlyList<EncodedExample<TPart>>> batches)
    {
        var sum = zeros([], float64, Collator.Device);
        var count = 0L;
        foreach (var batch in batches)
        {
            using var inner = NewDisposeScope();
            TaskLoss loss;
            using (Recipe.Precision == TrainingPrecision.Bfloat16 ? Autocast.Begin(Collator.Device.type) : null)
            {
                loss = Loss(batch, Recipe.LabelSmoothing);
            }

            if (!loss.Sum.requires_grad)
            {
                throw new Descent(Optimizer, Recipe).DependsOnNothing(Head.GetType().Name);
            }

            Ops.Backward(loss.Sum);
            Ops.AddTo(sum, loss.Sum.detach());
            count += loss.Count;
        }

        return (sum, count);
    }

    /// <summary>Computes the mean loss of a target, without smoothing, over batches. Nothing is learned.</summary>
    public double Evaluate(IEnumerable<IReadOnlyList<EncodedExample<TPart>>> batches, CancellationToken cancellation)
    {
        using var gradientless = no_grad();
        var (sum, count) = (0.0, 0L);
        foreach (var batch in batches)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var loss = Loss(batch, smoothing: 0);
            sum += loss.Sum.to(float64).item<double>();
            count += loss.Count;
        }

        return sum / Math.Max(count, 1);
    }

    private TaskLoss Loss(IReadOnlyList<EncodedExample<TPart>> examples, double smoothing)
    {
        var batch = Collator.Collate([.. examples.Select(example => example.Input)]);
        var (labels, values) = Collator.Collate([.. examples.Select(example => example.Target)]);
        return Head.Loss(new()
        {
            Parts = [.. examples.Select(example => example.Part)],
            Batch = batch,
            Encoded = Backbone.Encode(Head.Embed(batch)),
            Labels = labels,
            Values = values,
            LabelSmoothing = smoothing,
        });
    }
}
