using static TorchSharp.torch;

namespace Ptgp.Backbone.Generation;

/// <summary>One row of what was read, an adapter's prompt included, kept until what is written to it has ended.</summary>
internal sealed class KeptStates : IDisposable
{
    /// <summary>Copies a row.</summary>
    public KeptStates(EncodedStates encoded, int row)
    {
        using var scope = NewDisposeScope();
        IsCausal = encoded.IsCausal;
        encoded = BehindPrompt.Memory(encoded);
        // A decoder that stands alone has nothing that could be looked at, and reads lazily.
        (States, Mask) = ((IsCausal ? encoded.Input.States : encoded.States).narrow(0, row, 1).clone().DetachFromDisposeScope(), encoded.Mask.narrow(0, row, 1).clone().DetachFromDisposeScope());
    }

    /// <summary>Gets whether there is no encoder.</summary>
    public bool IsCausal { get; }

    /// <summary>Gets the states, <c>[1, length, width]</c>.</summary>
    public Tensor States { get; }

    /// <summary>Gets true where they are data, <c>[1, length]</c>.</summary>
    public Tensor Mask { get; }

    public void Dispose()
    {
        States.Dispose();
        Mask.Dispose();
    }
}
