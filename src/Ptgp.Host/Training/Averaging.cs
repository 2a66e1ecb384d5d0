using Ptgp.Backbone.Native;
using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>
/// The averages of weights that a recipe asks for: the moving one over steps (Polyak and Juditsky 1992), and the mean over evaluations (Vaswani et al. 2017, Izmailov et al. 2018).
/// While one is shown, the parameters are the average; afterwards they are what they were.
/// </summary>
internal sealed class Averaging : IDisposable
{
    private readonly FineTuningRecipe recipe;
    private readonly IReadOnlyList<TrainedParameter> parameters;
    private readonly Tensor[] moving = [];

    /// <summary>Initializes the averages of parameters that have not been learned yet.</summary>
    /// <exception cref="UsageException">The recipe's fields do not go together.</exception>
    public Averaging(FineTuningRecipe recipe, IReadOnlyList<TrainedParameter> parameters)
    {
        if (recipe is { AverageLast: not null, AverageBest: not null })
        {
            throw new UsageException($"Weights must be averaged over the last evaluations or over the best, but averageLast is {recipe.AverageLast} and averageBest {recipe.AverageBest}. Leave one out.");
        }

        (this.recipe, this.parameters) = (recipe, parameters);
        if (recipe.Ema is not null)
        {
            using var scope = NewDisposeScope();
            moving = [.. parameters.Select(parameter => parameter.Value.detach().clone().DetachFromDisposeScope())];
        }
    }

    /// <summary>Gets what a later run needs to go on.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State => moving.Select((average, i) => new KeyValuePair<string, Tensor>(parameters[i].Name + ".moving", average));

    /// <summary>Gets the parameters as they are now, by name.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Weights => parameters.Select(parameter => new KeyValuePair<string, Tensor>(parameter.Name, parameter.Value));

    /// <summary>Takes up where another average of the same parameters stood.</summary>
    public void Load(Func<string, Tensor> read)
    {
        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        foreach (var (name, average) in State)
        {
            average.copy_(read(name));
        }
    }

    /// <summary>Takes in the weights after a step. The first are the average's beginning, as torch's <c>AveragedModel</c> has it.</summary>
    /// <param name="step">The step's number from 0.</param>
    public void Step(int step)
    {
        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        for (var i = 0; i < moving.Length; i++)
        {
            var value = parameters[i].Value;
            if (step == 0)
            {
                moving[i].copy_(value);
            }
            else
            {
                moving[i].lerp_(value, tensor(1 - recipe.Ema!.Value, value.dtype, value.device));
            }
        }
    }

    /// <summary>Shows the moving average until what is returned is disposed; without one, parameters stay as they are.</summary>
    public IDisposable ShowMoving() => Show(i => moving[i], moving.Length);

    /// <summary>Shows the mean of weights that were written down, until what is returned is disposed.</summary>
    public IDisposable ShowMean(IReadOnlyList<string> files) => Show(
        i =>
        {
            Tensor? sum = null;
            foreach (var path in files)
            {
                using var file = SafeTensorsFile.Open(path);
                var weights = file.Read(parameters[i].Name);
                sum = sum is null ? weights.clone() : Ops.AddTo(sum, weights);
            }

            return sum!.div_(tensor((float)files.Count));
        },
        parameters.Count);

    /// <summary>Chooses the evaluations whose weights are averaged at the end: the last or the best so far, none if the recipe asks for none.</summary>
    public IReadOnlyList<TrainingScore> Choose(IReadOnlyList<TrainingScore> kept, TrainingScore now) => recipe switch
    {
        { AverageLast: { } count } => [.. kept.Append(now).TakeLast(count)],
        { AverageBest: { } count } => [.. kept.Append(now).Order(Comparer<TrainingScore>.Create(Compare)).Take(count)],
        _ => [],
    };

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var average in moving)
        {
            average.Dispose();
        }
    }

    // The better first, of equals the earlier.
    private static int Compare(TrainingScore a, TrainingScore b) => a.IsBetterThan(b) ? -1 : b.IsBetterThan(a) ? 1 : a.Step.CompareTo(b.Step);

    private Shown Show(Func<int, Tensor> average, int count)
    {
        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        Shown shown = new(parameters, [.. parameters.Take(count).Select(parameter => parameter.Value.detach().clone().DetachFromDisposeScope())]);
        for (var i = 0; i < count; i++)
        {
            using var inner = NewDisposeScope();
            parameters[i].Value.copy_(average(i));
        }

        return shown;
    }

    private sealed class Shown(IReadOnlyList<TrainedParameter> parameters, Tensor[] before) : IDisposable
    {
        public void Dispose()
        {
            using var gradientless = no_grad();
            for (var i = 0; i < before.Length; i++)
            {
                parameters[i].Value.copy_(before[i]);
                before[i].Dispose();
            }
        }
    }
}
