using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>Makes steps along gradients by a rule, with a memory of what it has seen that can be saved and loaded. Weights decay by groups; see <see cref="TrainedParameter.Decays"/>.</summary>
/// <remarks>A parameter that a step's loss does not reach stays as it is in that step.</remarks>
internal sealed class Optimizer : IDisposable
{
    private readonly OptimizerSlot[] slots;
    private readonly IUpdateRule rule;
    private readonly double decay;

    /// <summary>Initializes an optimizer that has seen nothing yet.</summary>
    public Optimizer(IEnumerable<TrainedParameter> parameters, IUpdateRule rule, double decay)
    {
        (this.rule, this.decay) = (rule, decay);
        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        slots = [.. parameters.Select(parameter => new OptimizerSlot(parameter, rule.Begin(parameter.Value)))];
    }

    /// <summary>Initializes the optimizer that a recipe asks for.</summary>
    /// <exception cref="UsageException">Fields of the recipe do not go together.</exception>
    public static Optimizer Of(FineTuningRecipe recipe, IEnumerable<TrainedParameter> parameters) => new(
        parameters,
        recipe.Optimizer switch
        {
            OptimizerKind.AdamW or OptimizerKind.Adam => new AdamRule(recipe),
            OptimizerKind.Adafactor => new AdafactorRule(recipe),
            OptimizerKind.Sgd => new SgdRule(recipe),
            _ => throw new InvalidOperationException($"There is no optimizer {recipe.Optimizer}."),
        },
        recipe.WeightDecay);

    /// <summary>Gets the gradients of the parameters that the loss reached, in the caller's scope.</summary>
    public IReadOnlyList<Tensor> Gradients() => [.. slots.Select(slot => slot.Parameter.Value.grad).OfType<Tensor>()];

    /// <summary>Makes one step, and lets go of the gradients.</summary>
    public void Step(double learningRate)
    {
        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        foreach (var group in slots.Where(slot => slot.Parameter.Value.grad is not null).GroupBy(slot => (slot.Parameter.Decays, slot.Parameter.RateShare)))
        {
            rule.Update([.. group], learningRate * group.Key.RateShare, group.Key.Decays ? decay : 0);
        }

        LetGo();
    }

    /// <summary>Lets go of the gradients; nothing is learned from them.</summary>
    public void LetGo()
    {
        foreach (var slot in slots)
        {
            slot.Parameter.Value.grad = null;
        }
    }

    /// <summary>Gets what a later run needs to go on: the rule's memory by parameter.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State => slots.SelectMany(slot => slot.State);

    /// <summary>Takes up where another optimizer of the same parameters stood.</summary>
    public void Load(Func<string, Tensor> read)
    {
        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        foreach (var (name, tensor) in State)
        {
            tensor.copy_(read(name));
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var (_, tensor) in State)
        {
            tensor.Dispose();
        }
    }
}
