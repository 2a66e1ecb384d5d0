using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What the decoder remembers of the sequences it writes: keys and values of sources × beams rows, row = source · beams + beam. Synchronous, on the device's thread.</summary>
public abstract class DecodingState : IDisposable
{
    /// <summary>Gets how many rows there are.</summary>
    public abstract int Rows { get; }

    /// <summary>Feeds tokens and scores what may follow.</summary>
    /// <param name="tokens"><c>[rows, count]</c> of int64; a count above 1 feeds a prefix. A first count of 0 scores what may follow what was read, where the decoder writes on from that.</param>
    /// <returns>Float32 logits after the last token, <c>[rows, vocabulary]</c>; they belong to the caller, who may change them in place.</returns>
    public abstract Tensor Next(Tensor tokens);

    /// <summary>Lets row i go on from what row <c>rows[i]</c>, of the same source, holds.</summary>
    /// <param name="rows"><c>[rows]</c> of int64.</param>
    public abstract void Reorder(Tensor rows);

    /// <summary>Forgets all sources, with their beams, but these.</summary>
    /// <param name="sources"><c>[kept]</c> of int64, in the order they are kept in.</param>
    public abstract void Keep(Tensor sources);

    /// <summary>Lets go of the tensors.</summary>
    public abstract void Dispose();
}
