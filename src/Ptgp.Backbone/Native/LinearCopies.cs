using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>The copies of a linear layer's weights that kernels read, made when they are first asked for. May be used by several threads at once.</summary>
/// <param name="weight">The weights, <c>[outputs, inputs]</c>, on the CPU.</param>
internal sealed class LinearCopies(Tensor weight) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<LinearKernel, Tensor> copies = [];
    private readonly HashSet<LinearKernel> used = [];

    /// <summary>Gets whether there is a copy.</summary>
    public bool Any => copies.Count > 0;

    /// <summary>Gets the copy for <see cref="LinearKernel.Packed"/> or <see cref="LinearKernel.Panels"/>.</summary>
    public Tensor For(LinearKernel kernel)
    {
        lock (gate)
        {
            if (!copies.TryGetValue(kernel, out var copy))
            {
                using var gradientless = no_grad();
                copies.Add(kernel, copy = (kernel == LinearKernel.Packed ? OneDnn.Pack(weight) : PanelLinear.Pack(weight)).DetachFromDisposeScope());
                if (kernel == LinearKernel.Packed)
                {
                    HugePages.HoldPacked(copy, weight.NumberOfElements * weight.element_size());
                }
                else
                {
                    HugePages.Hold(copy);
                }
            }

            return copy;
        }
    }

    /// <summary>Says that a kernel was chosen, so that its copy stays.</summary>
    public void Use(LinearKernel kernel)
    {
        lock (gate)
        {
            used.Add(kernel);
        }
    }

    /// <summary>Lets go of the copies of kernels that were never chosen. Nobody may be computing from them.</summary>
    public void Trim()
    {
        lock (gate)
        {
            foreach (var kernel in copies.Keys.Except(used).ToList())
            {
                copies[kernel].Dispose();
                copies.Remove(kernel);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (gate)
        {
            foreach (var copy in copies.Values)
            {
                copy.Dispose();
            }

            copies.Clear();
        }
    }
}
