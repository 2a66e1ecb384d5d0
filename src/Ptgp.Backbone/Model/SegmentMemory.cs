using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What a decoder remembers of the segments it has read (Dai et al. 2019, section 3.2): the last states that each layer read, without gradients. Whoever got it disposes it; scopes leave it alone.</summary>
public sealed class SegmentMemory : IDisposable
{
    internal SegmentMemory(IReadOnlyList<Tensor> states) => States = states;

    /// <summary>Gets the states, one tensor a layer, <c>[batch, memory, width]</c>, the latest last. Where a row has read less than it can remember, zeros come first, and they are seen.</summary>
    public IReadOnlyList<Tensor> States { get; }

    /// <summary>Takes the tensors out of all scopes.</summary>
    internal SegmentMemory Detach()
    {
        foreach (var states in States)
        {
            states.DetachFromDisposeScope();
        }

        return this;
    }

    /// <summary>Lets go of the tensors.</summary>
    public void Dispose()
    {
        foreach (var states in States)
        {
            states.Dispose();
        }
    }
}
