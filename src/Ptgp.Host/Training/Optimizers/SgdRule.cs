using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>Gradient descent with momentum (Polyak 1964) or Nesterov's, as torch computes it, by its fused kernel. Decay is added to gradients.</summary>
internal sealed class SgdRule : IUpdateRule
{
    private const string Velocity = "velocity", Steps = "steps";

    private readonly FineTuningRecipe recipe;

    /// <summary>Initializes the rule.</summary>
    /// <exception cref="UsageException">The recipe's fields do not go together.</exception>
    public SgdRule(FineTuningRecipe recipe)
    {
        if (recipe.Nesterov && (recipe.Momentum == 0 || recipe.Dampening != 0))
        {
            throw new UsageException(FormattableString.Invariant(
                $"Nesterov's momentum must have a momentum above 0 and no dampening, but has {recipe.Momentum} and {recipe.Dampening}. Set 'momentum', to 0.9 for one, and leave out 'dampening'."));
        }

        this.recipe = recipe;
    }

    /// <inheritdoc />
    public IReadOnlyDictionary<string, Tensor> Begin(Tensor value) => recipe.Momentum == 0
        ? new Dictionary<string, Tensor>()
        : new Dictionary<string, Tensor> { [Velocity] = zeros_like(value), [Steps] = zeros([], float32) };

    /// <inheritdoc />
    public void Update(IReadOnlyList<OptimizerSlot> slots, double learningRate, double decay)
    {
        SgdStep step = new(learningRate, recipe.Momentum, recipe.Dampening, recipe.Nesterov, decay);
        if (recipe.Momentum == 0)
        {
            Ops.FusedSgd([.. slots.Select(slot => slot.Value)], [.. slots.Select(slot => slot.Gradient)], [], isFirst: false, step);
            return;
        }

        // A parameter's first step is not always the first of all. Counts lie on the CPU, so reading them waits for no device.
        var one = ones([], float32);
        foreach (var group in slots.GroupBy(slot => slot[Steps].item<float>() == 0).ToArray())
        {
            Ops.FusedSgd([.. group.Select(slot => slot.Value)], [.. group.Select(slot => slot.Gradient)], [.. group.Select(slot => slot[Velocity])], group.Key, step);
            foreach (var slot in group)
            {
                Ops.AddTo(slot[Steps], one);
            }
        }
    }
}
