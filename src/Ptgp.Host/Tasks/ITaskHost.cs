namespace Ptgp.Host.Tasks;

/// <summary>Opens configured tasks. It holds the backbones that they share, until it is disposed.</summary>
internal interface ITaskHost : IDisposable
{
    /// <summary>Loads a task's plugin, its head and its backbone, unless that is loaded already. The caller disposes the runner.</summary>
    /// <param name="task">A key of <c>tasks</c> in the configuration.</param>
    /// <param name="use">What the task is opened for.</param>
    /// <param name="caller">How the caller will want answers written; what contradicts the rest is found before a weight is read.</param>
    /// <param name="cancellation">Ends loading early.</param>
    /// <exception cref="UserException">The task cannot be opened; the message says why and what to do.</exception>
    Task<ITaskRunner> OpenAsync(string task, TaskUse use, GenerationOptions caller, CancellationToken cancellation);

    /// <summary>Finds what is wrong with a training's data and recipe, as far as that can be found before a weight is read.</summary>
    /// <param name="task">A key of <c>tasks</c> in the configuration.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="isJoint">Whether the task learns one backbone with others, all of it.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="UserException">Something is; the message says what to do.</exception>
    /// <exception cref="InvalidDataException">A file holds nothing but lines that are no examples.</exception>
    Task CheckTrainingAsync(string task, TrainingRequest request, bool isJoint, CancellationToken cancellation);

    /// <summary>Trains several tasks at once, their steps mixed; see <see cref="FineTuningRecipe.MixingTemperature"/>.</summary>
    /// <param name="tasks">The tasks, and what is asked for each: an own folder, or under <paramref name="isJoint"/> the same.</param>
    /// <param name="isJoint">Whether all learn one copy of their backbone, which is saved as one checkpoint; else each learns its own adapter and head.</param>
    /// <param name="cancellation">Ends it early, with all saved.</param>
    /// <returns>What came of each; of the one checkpoint under <paramref name="isJoint"/>.</returns>
    /// <exception cref="UserException">A task cannot be opened or trained; the message says why and what to do.</exception>
    Task<IReadOnlyList<TrainingResult>> TrainTogetherAsync(IReadOnlyList<KeyValuePair<string, TrainingRequest>> tasks, bool isJoint, CancellationToken cancellation);

    /// <summary>Finds out whether a task could be opened, down to its head, without reading a weight of the backbone.</summary>
    /// <exception cref="UserException">It could not; the message says why and what to do.</exception>
    Task<TaskInspection> InspectAsync(string task, CancellationToken cancellation);

    /// <summary>Finds out on which of the configured backbones a task could run, its own first, without reading a weight of theirs.</summary>
    /// <exception cref="UserException">There is no such task.</exception>
    Task<IReadOnlyList<BackboneFit>> FindFitsAsync(string task, CancellationToken cancellation);
}

/// <summary>What a task is opened for.</summary>
internal enum TaskUse
{
    /// <summary>Answering and evaluating: weights may be laid out for speed.</summary>
    Answering,

    /// <summary>Training.</summary>
    Training,
}

/// <summary>A task that could be opened.</summary>
internal sealed record TaskInspection
{
    /// <summary>Gets the name under which the configuration holds the task.</summary>
    public required string Task { get; init; }

    /// <summary>Gets the name of its plugin.</summary>
    public required string Plugin { get; init; }

    /// <summary>Gets its backbone.</summary>
    public required BackboneDescription Backbone { get; init; }

    /// <summary>Gets how it writes: what its configuration, plugin and checkpoint ask for, merged.</summary>
    public required GenerationOptions Generation { get; init; }

    /// <summary>Gets what the names of the files end with that its answers are by themselves; null where they are lines of text.</summary>
    public string? FileExtension { get; init; }

    /// <summary>Gets what its options leave to each input, or to the backbone.</summary>
    public IReadOnlyList<OpenOption> OpenOptions { get; init; } = [];

    /// <summary>Gets what works but should be known, such as a head without trained weights.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}
