using Ptgp.Backbone;
using Ptgp.Backbone.Native;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Training;

/// <summary>Fine-tunes one task: data, steps, evaluation of held-out data, and everything that is written down.</summary>
internal sealed class Trainer<TInput, TPart, TPartOutput, TOutput>
{
    // A power cut costs no more than this.
    private static readonly TimeSpan longestUnsaved = TimeSpan.FromMinutes(10);

    /// <summary>Gets the plugin, which scores.</summary>
    public required TaskPlugin<TInput, TOutput> Plugin { get; init; }

    /// <summary>Gets the head, made for <see cref="Backbone"/> with the recipe's seed.</summary>
    public required TaskHead<TInput, TPart, TPartOutput, TOutput> Head { get; init; }

    /// <summary>Gets the shared backbone as the head sees it. During training it is seen through what is learned; afterwards as before.</summary>
    public required BackboneView Backbone { get; init; }

    /// <summary>Gets the backbone's checkpoint.</summary>
    public required CheckpointFolder Checkpoint { get; init; }

    /// <summary>Gets how to train.</summary>
    public required FineTuningRecipe Recipe { get; init; }

    /// <summary>Gets what to learn from; it gives the same examples whenever it is gone through.</summary>
    public required IEnumerable<Example<TInput, TOutput>> Examples { get; init; }

    /// <summary>Gets what is evaluated; empty for none, so that the training loss decides what is best.</summary>
    public IReadOnlyList<Example<TInput, TOutput>> HeldOut { get; init; } = [];

    /// <summary>Gets what answers inputs in their order, by head and view as they are: called in evaluation mode.</summary>
    public required Func<IReadOnlyList<TInput>, CancellationToken, Task<IReadOnlyList<TOutput>>> Answer { get; init; }

    /// <summary>Gets where what is noteworthy is said.</summary>
    public required IConsoleLog Log { get; init; }

    /// <summary>Trains. When cancelled it ends the step, saves and returns.</summary>
    /// <exception cref="UserException">The data, the recipe or the output will not do, or the loss is no number.</exception>
    public async Task<TrainingResult> TrainAsync(TrainingRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (longestInput, longestTarget) = (Backbone.MaxLength, Backbone.MaxTargetLength);
        Backbone.MaxLength = Math.Min(longestInput, Recipe.MaxInputLength);
        Backbone.MaxTargetLength = Math.Min(longestTarget, Recipe.MaxTargetLength);
        try
        {
            using TrainingData<TInput, TPart, TPartOutput, TOutput> data = new(Head, Examples, Recipe);
            var size = data.Measure();
            TrainingFolder folder = new(request.Output);
            var from = request.Resume ? folder.Resume(Recipe, size?.Units) : null;
            if (from is null)
            {
                folder.Begin(Recipe);
            }

            if (Recipe.Precision == TrainingPrecision.Bfloat16 && !Autocast.IsAvailable)
            {
                throw new UsageException("Precision 'bfloat16' takes a libtorch for Linux, but this one has no way to it. Use 'float32'.");
            }

            using Tuning tuning = new(Recipe, Checkpoint, Backbone, Head, from is null ? null : folder.LastPath);
            using var optimizer = Optimizer.Of(Recipe, tuning.Parameters);
            using Averaging averaging = new(Recipe, tuning.Parameters);
            if (from is not null)
            {
                folder.LoadOptimizer(optimizer, averaging);
            }

            Log.Status(Describe(tuning, optimizer, size));
            Learner<TInput, TPart, TPartOutput, TOutput> learner = new() { Head = Head, Backbone = Backbone, Collator = Collator(), Optimizer = optimizer, Recipe = Recipe };
            TrainingLoop<TInput, TPart, TPartOutput, TOutput> loop = new(request, Recipe, data, size, learner, tuning, optimizer, averaging, folder)
            {
                HeldOut = HeldOut.Count > 0 ? new(Plugin, Head, HeldOut, Recipe, Answer) : null,
                LongestUnsaved = longestUnsaved,
            };
            return await loop.RunAsync(from ?? new() { Recipe = Recipe, Units = size?.Units }, cancellation).ConfigureAwait(false);
        }
        finally
        {
            (Backbone.MaxLength, Backbone.MaxTargetLength) = (longestInput, longestTarget);
        }
    }

    private Collator Collator() => new()
    {
        Device = Backbone.Transformer.Device,
        PadId = Backbone.Tokenizer.PadId,
        EndId = Backbone.Tokenizer.EndId,
        MaxInputLength = Backbone.MaxLength,
        MaxTargetLength = Backbone.MaxTargetLength,
    };

    private static string Describe(Tuning tuning, Optimizer optimizer, DataSize? size)
    {
        var count = tuning.Parameters.Sum(parameter => parameter.Value.numel());
        // Float32: the weights themselves, their gradients and what the optimizer remembers.
        var cost = tuning.Kind == BackboneTuning.Full
            ? $"a copy of the backbone for this task alone: {Megabytes(count * 4)} of weights, and {Megabytes((count + optimizer.State.Sum(item => item.Value.numel())) * 4)} more while it is trained"
            : $"{Megabytes(count * 4)}; the backbone stays as it is";
        var data = size is null ? "more examples than are held at once" : FormattableString.Invariant($"{size.Units:N0} sequences of {size.Examples:N0} examples");
        return FormattableString.Invariant($"Training {count:N0} parameters on {data} ({cost}).");

        static string Megabytes(long bytes) => FormattableString.Invariant($"{bytes / 1e6:N1} MB");
    }
}
