using Ptgp.Backbone;
using Ptgp.Backbone.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>
/// One copy of the backbone that several tasks learn together, each with its own head. It is saved as a checkpoint of the family, and what heads have
/// parameters as <c>tasks/NAME/head.safetensors</c> in it. While it lives, the tasks' views see it; disposed, they see the shared one as before.
/// </summary>
internal sealed class JointTuning : ITuning
{
    private const string Tasks = "tasks";

    private readonly IReadOnlyList<ITrainer> tasks;
    private readonly Transformer shared, learned;
    private readonly CheckpointFolder checkpoint;
    private bool? isTraining;

    /// <summary>Begins to tune.</summary>
    /// <param name="recipe">How much is dropped.</param>
    /// <param name="tasks">The tasks, on one backbone.</param>
    /// <param name="from">The folder of an interrupted training to go on from; null to begin anew.</param>
    public JointTuning(FineTuningRecipe recipe, IReadOnlyList<ITrainer> tasks, string? from)
    {
        (this.tasks, checkpoint, shared) = (tasks, tasks[0].Checkpoint, tasks[0].Backbone.Transformer);
        learned = (from is null ? checkpoint : CheckpointFolder.Open(from)).LoadTransformer(shared.Device, float32, trainable: true);
        (learned.Dropout, learned.Recomputes, learned.RowLength) = (recipe.Dropout, recipe.GradientCheckpointing, recipe.Packing);
        Tuning.Freeze(learned, recipe);
        foreach (var task in tasks)
        {
            task.Module.to(shared.Device);
            task.Backbone.Transformer = learned;
            if (from is not null)
            {
                new TrainedTask(checkpoint, task.Backbone, task.Module).LoadHead(Path.Combine(from, Tasks, task.Name));
            }
        }

        Parameters =
        [
            .. tasks.SelectMany(task => task.Module.named_parameters().Select(item => new TrainedParameter($"{task.Name}.head.{item.name}", item.parameter))),
            .. learned.NamedParameters.Select(item => new TrainedParameter("backbone." + item.Key, item.Value) { RateShare = Tuning.RateShare(item.Key, recipe, learned.Config) }),
        ];
        Parameters = [.. Parameters.Where(parameter => parameter.Value.requires_grad)];
    }

    /// <inheritdoc />
    public IReadOnlyList<TrainedParameter> Parameters { get; }

    /// <inheritdoc />
    public void Train() => Switch(toTraining: true);

    /// <inheritdoc />
    public void Evaluate() => Switch(toTraining: false);

    /// <inheritdoc />
    public void Save(string folder)
    {
        checkpoint.Save(learned, folder);
        foreach (var task in tasks)
        {
            var state = task.Module.state_dict();
            if (state.Count > 0)
            {
                SafeTensorsWriter.Write(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, Tasks, task.Name)).FullName, TrainedTask.HeadFile), state);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Evaluate();
        foreach (var task in tasks)
        {
            task.Backbone.Transformer = shared;
        }

        learned.Dispose();
    }

    private void Switch(bool toTraining)
    {
        if (isTraining != toTraining)
        {
            foreach (var task in tasks)
            {
                task.Module.train(toTraining);
            }

            learned.train(toTraining);
            isTraining = toTraining;
        }
    }
}
