using Ptgp.Backbone;
using Ptgp.Host.Tasks;
using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>Fine-tunes one task.</summary>
internal sealed class Trainer<TInput, TPart, TPartOutput, TOutput> : ITrainer
{
    private (int Input, int Target)? longest;
    private TrainingData<TInput, TPart, TPartOutput, TOutput>? data;
    private DataSize? size;

    /// <inheritdoc />
    public string Name { get; init; } = "";

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

    /// <inheritdoc />
    public required IConsoleLog Log { get; init; }

    /// <summary>Gets what counts the lines that are left out; null for nothing.</summary>
    public Func<int>? CountBadLines { get; init; }

    int ITrainer.BadLines => CountBadLines?.Invoke() ?? 0;

    nn.Module ITrainer.Module => Head;

    /// <summary>Trains. When cancelled it ends the step, saves and returns.</summary>
    /// <exception cref="UserException">The data, the recipe or the output will not do, or the loss is no number.</exception>
    public async Task<TrainingResult> TrainAsync(TrainingRequest request, CancellationToken cancellation)
    {
        try
        {
            using TrainingSession session = new([this], request);
            return await session.RunAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            Dispose();
        }
    }

    /// <inheritdoc />
    public DataSize? Open()
    {
        longest ??= (Backbone.MaxLength, Backbone.MaxTargetLength);
        Backbone.MaxLength = Math.Min(longest.Value.Input, Recipe.MaxInputLength);
        Backbone.MaxTargetLength = Math.Min(longest.Value.Target, Recipe.MaxTargetLength);
        data = new(Head, Examples, Recipe);
        return size = data.Measure();
    }

    /// <inheritdoc />
    public ITaskCurriculum Curriculum(Optimizer optimizer, FineTuningRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        Learner<TInput, TPart, TPartOutput, TOutput> learner = new()
        {
            Head = Head,
            Backbone = Backbone,
            Collator = Collator(),
            Optimizer = optimizer,
            Recipe = recipe,
        };
        return new TaskCurriculum<TInput, TPart, TPartOutput, TOutput>(data!, size, learner, HeldOut.Count > 0 ? new(Plugin, Head, HeldOut, Recipe, Answer) : null);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        data?.Dispose();
        data = null;
        (Backbone.MaxLength, Backbone.MaxTargetLength) = longest ?? (Backbone.MaxLength, Backbone.MaxTargetLength);
    }

    private Collator Collator() => new()
    {
        Device = Backbone.Transformer.Device,
        PadId = Backbone.Tokenizer.PadId,
        EndId = Backbone.Tokenizer.EndId,
        MaxInputLength = Backbone.MaxLength,
        MaxTargetLength = Backbone.MaxTargetLength,
    };
}
