using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>
/// Adam (Kingma and Ba 2015), whose decay is added to gradients, and AdamW (Loshchilov and Hutter 2019), whose decay passes by them; both also as AMSGrad
/// (Reddi et al. 2018). As torch computes them, by its fused kernels.
/// </summary>
internal sealed class AdamRule(FineTuningRecipe recipe) : IUpdateRule
{
    private const string Mean = "mean", Square = "square", Steps = "steps", Greatest = "greatest";

    /// <inheritdoc />
    public IReadOnlyDictionary<string, Tensor> Begin(Tensor value)
    {
        // The kernel counts on the parameter's device.
        Dictionary<string, Tensor> memory = new() { [Mean] = zeros_like(value), [Square] = zeros_like(value), [Steps] = zeros([], float32, value.device) };
        if (recipe.AmsGrad)
        {
            memory[Greatest] = zeros_like(value);
        }

        return memory;
    }

    /// <inheritdoc />
    public void Update(IReadOnlyList<OptimizerSlot> slots, double learningRate, double decay)
    {
        var one = ones([], float32, slots[0].Value.device);
        foreach (var slot in slots)
        {
            Ops.AddTo(slot[Steps], one);
        }

        Ops.FusedAdam(
            [.. slots.Select(slot => slot.Value)],
            [.. slots.Select(slot => slot.Gradient)],
            new(All(Mean), All(Square), All(Steps), recipe.AmsGrad ? All(Greatest) : []),
            new(learningRate, recipe.Beta1 ?? 0.9, recipe.Beta2, recipe.Epsilon ?? 1e-8, decay, recipe.Optimizer == OptimizerKind.AdamW));

        Tensor[] All(string name) => [.. slots.Select(slot => slot[name])];
    }
}
