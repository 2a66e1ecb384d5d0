using Ptgp.Backbone;
using Ptgp.Backbone.Native;
using Ptgp.Host.Configuration;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Training;

/// <summary>A training of one task, or of several that learn one backbone: everything that its loop needs, opened, gone back to and closed.</summary>
internal sealed class TrainingSession : IDisposable
{
    private const int MostGoingBack = 3;

    private readonly IReadOnlyList<ITrainer> tasks;
    private readonly TrainingRequest request;
    private readonly TrainingFolder folder;
    private readonly DataSize?[] sizes;
    private readonly IConsoleLog log;
    private (int Step, int Times) wentBack = (-1, 0);
    private ITuning? tuning;
    private Optimizer? optimizer;
    private Averaging? averaging;

    /// <summary>Begins a training, or goes on with one.</summary>
    /// <param name="tasks">The tasks; of several, the first one's recipe holds for all but batches and lengths.</param>
    /// <param name="request">What is asked for.</param>
    /// <exception cref="UserException">The data, the recipe or the output will not do.</exception>
    public TrainingSession(IReadOnlyList<ITrainer> tasks, TrainingRequest request)
    {
        (this.tasks, this.request, log) = (tasks, request, tasks[0].Log);
        Recipe = tasks.Count == 1 ? tasks[0].Recipe : tasks[0].Recipe with { Tuning = BackboneTuning.Full };
        if (Recipe.Precision == TrainingPrecision.Bfloat16 && !Autocast.IsAvailable)
        {
            throw new UsageException("Precision 'bfloat16' takes a libtorch for Linux, but this one has no way to it. Use 'float32'.");
        }

        if (Recipe.Packing is not null && Transformer.PreventsPacking(tasks[0].Checkpoint.Config) is { } why)
        {
            throw new UsageException(why);
        }

        if (Recipe.LowRankDropout > 0 && Recipe.Tuning is not (BackboneTuning.LowRank or BackboneTuning.Dora))
        {
            log.Warn(FormattableString.Invariant($"lowRankDropout is {Recipe.LowRankDropout}, but tuning '{OptionTypes.Choice(Recipe.Tuning.ToString())}' has no low-rank deltas, so that it changes nothing. Choose 'lowRank' or 'dora', or leave it out."));
        }

        folder = new(request.Output);
        sizes = [.. tasks.Select(task => task.Open())];
        var state = request.Resume ? folder.Resume(Recipe, Units) : null;
        if (state is null)
        {
            folder.Begin(Recipe, request.Resume);
        }

        Open(state, isFirst: true);
    }

    /// <summary>Gets how it is trained.</summary>
    public FineTuningRecipe Recipe { get; }

    /// <summary>Gets how much data there is, as one weighs it against that of other tasks.</summary>
    public double Size => sizes.Sum(Weight);

    /// <summary>Gets the loop.</summary>
    public TrainingLoop Loop { get; private set; } = null!;

    /// <summary>Gets what came of it so far.</summary>
    public TrainingResult Result => Loop.Result with { BadLines = tasks.Sum(task => task.BadLines) };

    private long? Units => Array.Exists(sizes, size => size is null) ? null : sizes.Sum(size => size!.Units);

    /// <summary>Trains to the end. When cancelled it ends the step, saves and returns.</summary>
    /// <exception cref="UserException">The loss is no number, an example cannot be encoded, or nothing can be written.</exception>
    public async Task<TrainingResult> RunAsync(CancellationToken cancellation)
    {
        while (await AdvanceAsync(cancellation).ConfigureAwait(false))
        {
            // Step after step.
        }

        return Result;
    }

    /// <summary>Makes a step, and evaluates and saves where that is due.</summary>
    /// <returns>Whether there are more.</returns>
    /// <inheritdoc cref="RunAsync" path="/exception" />
    public async Task<bool> AdvanceAsync(CancellationToken cancellation)
    {
        try
        {
            return await Loop.AdvanceAsync(cancellation).ConfigureAwait(false);
        }
        catch (UserException fault) when (Loop.Failed is { } failed && Recipe.OnNonFinite == NonFiniteStep.GoBack && folder.Saved(Recipe) is { } saved)
        {
            wentBack = (saved.Step, wentBack.Step == saved.Step ? wentBack.Times + 1 : 1);
            if (wentBack.Times > MostGoingBack)
            {
                throw;
            }

            log.Warn($"{fault.Message} Going back to step {saved.Step}, and on with the data behind it.");
            Close();
            Open(folder.Resume(Recipe, Units)! with { Data = failed.Next, EndsEpoch = false }, isFirst: false);
            return true;
        }
    }

    /// <inheritdoc />
    public void Dispose() => Close();

    private void Open(TrainingState? state, bool isFirst)
    {
        try
        {
            tuning = tasks.Count == 1
                ? new Tuning(Recipe, tasks[0].Checkpoint, tasks[0].Backbone, tasks[0].Module, state is null ? null : folder.From)
                : new JointTuning(Recipe, tasks, state is null ? null : folder.From);
            optimizer = Optimizer.Of(Recipe, tuning.Parameters);
            averaging = new(Recipe, tuning.Parameters);
            if (state is not null)
            {
                folder.LoadOptimizer(optimizer, averaging);
            }

            if (isFirst)
            {
                log.Status(Describe(tuning, optimizer));
            }

            var curricula = tasks.Select(task => KeyValuePair.Create(task.Name, task.Curriculum(optimizer, Recipe))).ToArray();
            ICurriculum curriculum = curricula.Length == 1 ? curricula[0].Value : new MixedCurriculum(curricula, new([.. sizes.Select(Weight)], Recipe.MixingTemperature, Recipe.Seed), new(optimizer, Recipe), Recipe.Accumulation);
            Loop = new(request, Recipe, curriculum, tuning, optimizer, averaging, folder, state ?? new() { Recipe = Recipe, Units = Units, Data = [.. tasks.Select(_ => default(DataPosition))] }) { Log = log };
        }
        catch
        {
            Close();
            throw;
        }
    }

    private void Close()
    {
        averaging?.Dispose();
        optimizer?.Dispose();
        tuning?.Dispose();
        (averaging, optimizer, tuning) = (null, null, null);
    }

    // What does not fit is weighed as if it just did not.
    private double Weight(DataSize? size) => size?.Units ?? Recipe.ShuffleBuffer;

    private string Describe(ITuning tuning, Optimizer optimizer)
    {
        var count = tuning.Parameters.Sum(parameter => parameter.Value.numel());
        // Float32: the weights themselves, their gradients and what the optimizer remembers.
        var memory = Megabytes((count + optimizer.State.Sum(item => item.Value.numel())) * 4);
        var cost = tasks.Count > 1 ? $"one copy of the backbone for {tasks.Count} tasks: {Megabytes(count * 4)} of weights, and {memory} more while it is trained"
            : Recipe.Tuning == BackboneTuning.Full ? $"a copy of the backbone for this task alone: {Megabytes(count * 4)} of weights, and {memory} more while it is trained"
            : $"{Megabytes(count * 4)}; the backbone stays as it is";
        var data = Units is null ? "more examples than are held at once" : FormattableString.Invariant($"{Units:N0} sequences of {sizes.Sum(size => size!.Examples):N0} examples");
        return FormattableString.Invariant($"Training {count:N0} parameters on {data} ({cost}).");

        static string Megabytes(long bytes) => FormattableString.Invariant($"{bytes / 1e6:N1} MB");
    }
}
