using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>What is done to the gradients of all parameters at once, without waiting for the device.</summary>
internal static class Gradients
{
    /// <summary>
    /// Makes gradients of a summed loss those of its mean, and cuts them, in place. If their norm is cut, all are multiplied by
    /// <c>min(1, limit / (norm + 1e-6))</c>, as torch's <c>clip_grad_norm_</c> does; if their values are, each by itself, as <c>clip_grad_value_</c> does.
    /// </summary>
    /// <param name="gradients">The gradients of the sum.</param>
    /// <param name="count">How many terms the sum has.</param>
    /// <param name="limit">The greatest norm or value; 0 leaves gradients as long as they are.</param>
    /// <param name="clipping">What is cut.</param>
    /// <returns>The norm of the mean's gradients before they were cut, a float32 scalar on their device, in the caller's scope: the greatest value where that is cut, the Euclidean norm otherwise.</returns>
    public static Tensor AverageAndClip(IReadOnlyList<Tensor> gradients, long count, double limit, GradientClipping clipping = GradientClipping.Norm)
    {
        using var scope = NewDisposeScope();
        var device = gradients[0].device;
        var lengths = stack(gradients.Select(gradient => (clipping == GradientClipping.Greatest ? gradient.abs().max() : gradient.norm()).to(float32, device)));
        var norm = (clipping == GradientClipping.Greatest ? lengths.max() : lengths.norm()).div(Constant(count));
        var factor = Constant(1f / count);
        if (limit > 0 && clipping != GradientClipping.Value)
        {
            factor *= Constant(limit).div(Ops.Add(norm, Constant(1e-6))).minimum(ones_like(norm));
        }

        foreach (var gradient in gradients)
        {
            gradient.mul_(factor);
            if (limit > 0 && clipping == GradientClipping.Value)
            {
                gradient.copy_(gradient.minimum(Constant(limit)).maximum(Constant(-limit)));
            }
        }

        return norm.MoveToOuterDisposeScope();

        Tensor Constant(double number) => tensor((float)number, device: device);
    }
}
