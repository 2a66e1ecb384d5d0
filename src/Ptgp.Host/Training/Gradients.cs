using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>What is done to the gradients of all parameters at once, without waiting for the device.</summary>
internal static class Gradients
{
    /// <summary>
    /// Makes gradients of a summed loss those of its mean, and cuts them to a global norm, in place:
    /// all are multiplied by <c>min(1, maxNorm / (norm + 1e-6))</c>, as torch's <c>clip_grad_norm_</c> does.
    /// </summary>
    /// <param name="gradients">The gradients of the sum.</param>
    /// <param name="count">How many terms the sum has.</param>
    /// <param name="maxNorm">The greatest norm; 0 leaves gradients as long as they are.</param>
    /// <returns>The norm of the mean's gradients before they were cut, a float32 scalar on their device, in the caller's scope.</returns>
    public static Tensor AverageAndClip(IReadOnlyList<Tensor> gradients, long count, double maxNorm)
    {
        using var scope = NewDisposeScope();
        var device = gradients[0].device;
        var norm = stack(gradients.Select(gradient => gradient.norm().to(float32, device))).norm().div(tensor((float)count, device: device));
        var factor = tensor(1f / count, device: device);
        if (maxNorm > 0)
        {
            var limit = tensor((float)maxNorm, device: device);
            factor *= limit.div(Ops.Add(norm, tensor(1e-6f, device: device))).minimum(ones_like(norm));
        }

        foreach (var gradient in gradients)
        {
            gradient.mul_(factor);
        }

        return norm.MoveToOuterDisposeScope();
    }
}
