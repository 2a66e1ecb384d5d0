using Ptgp.Backbone;
using Ptgp.Host.Tasks;
using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>A task that is to be trained, with the plugin's own types hidden. Disposed, its backbone's lengths are what they were.</summary>
internal interface ITrainer : IDisposable
{
    /// <summary>Gets the task's name.</summary>
    string Name { get; }

    /// <summary>Gets how to train.</summary>
    FineTuningRecipe Recipe { get; }

    /// <summary>Gets the shared backbone as the head sees it.</summary>
    BackboneView Backbone { get; }

    /// <summary>Gets the backbone's checkpoint.</summary>
    CheckpointFolder Checkpoint { get; }

    /// <summary>Gets the head, made for <see cref="Backbone"/> with the recipe's seed.</summary>
    nn.Module Module { get; }

    /// <summary>Gets where what is noteworthy is said.</summary>
    IConsoleLog Log { get; }

    /// <summary>Gets how many lines of the data were left out so far.</summary>
    int BadLines { get; }

    /// <summary>Opens the data, cuts the backbone's lengths to the recipe's, and measures the data where that must be known; see <see cref="TrainingData{TInput,TPart,TPartOutput,TOutput}.Measure"/>.</summary>
    /// <exception cref="UserException">There is nothing to learn from, or an example cannot be encoded.</exception>
    DataSize? Open();

    /// <summary>Makes what a loop learns from.</summary>
    /// <param name="optimizer">What makes steps.</param>
    /// <param name="recipe">The recipe as the whole training has it.</param>
    ITaskCurriculum Curriculum(Optimizer optimizer, FineTuningRecipe recipe);
}
