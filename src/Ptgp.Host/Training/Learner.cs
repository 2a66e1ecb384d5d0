using System.Text.Json;
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
        manual_seed(unchecked(((long)Recipe.Seed * 1_000_003) + step));
        using var scope = NewDisposeScope();
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
                throw DependsOnNothing();
            }

            Ops.Backward(loss.Sum);
            Ops.AddTo(sum, loss.Sum.detach());
            count += loss.Count;
        }

        count = Math.Max(count, 1);
        using var gradientless = no_grad();
        var gradients = Optimizer.Gradients();
        var norm = gradients.Count > 0 ? Gradients.AverageAndClip(gradients, count, Recipe.MaxGradNorm, Recipe.Clipping) : throw DependsOnNothing();
        // The only place where the host waits for the device.
        var (mean, length) = (sum.item<double>() / count, (double)norm.item<float>());
        if (!double.IsFinite(mean) || !double.IsFinite(length))
        {
            Optimizer.LetGo();
            throw new NonFiniteException(mean, length);
        }

        Optimizer.Step(learningRate);
        return (mean, length, count);
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

    private UserException DependsOnNothing() =>
        new($"The loss of {Head.GetType().Name} must depend on what is trained, but does not. Choose another tuning than '{JsonNamingPolicy.CamelCase.ConvertName(Recipe.Tuning.ToString())}', or other targets.");

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
