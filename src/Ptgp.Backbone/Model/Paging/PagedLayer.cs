using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What a layer reads from and writes to a <see cref="KeyValuePool"/> in a step.</summary>
/// <param name="Layer">The layer's number.</param>
/// <param name="Pool">The memory.</param>
/// <param name="Step">The step's rows.</param>
/// <param name="Entries">Where the keys and values of each go, <c>[rows]</c> of int64; null where the processor reads the pool.</param>
/// <param name="Own">What rows see of their own sequences.</param>
/// <param name="Near">The same in layers with a sliding window; null where there are none.</param>
/// <param name="Memory">What they see of the encoder's states; null where there is no encoder.</param>
internal readonly record struct PagedLayer(int Layer, KeyValuePool Pool, PagedStep Step, Tensor? Entries, PagedView Own, PagedView? Near, PagedView? Memory)
{
    /// <summary>Remembers what the rows add: a key and a value each, of the pool's type.</summary>
    public void Append(RowBlock keys, RowBlock values)
    {
        if (Entries is null)
        {
            Pool.Write(Layer, keys, values, Step.AllRows, Step.Entries);
        }
        else
        {
            Pool.Write(Layer, keys, values, Entries);
        }
    }
}
