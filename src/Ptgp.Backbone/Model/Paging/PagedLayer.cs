using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What a layer reads from and writes to a <see cref="KeyValuePool"/> in a step.</summary>
/// <param name="Layer">The layer's number.</param>
/// <param name="Pool">The memory.</param>
/// <param name="Rows">The numbers of the step's rows.</param>
/// <param name="Entries">Where the keys and values of each go.</param>
/// <param name="Own">What rows see of their own sequences.</param>
/// <param name="Near">The same in layers with a sliding window; null where there are none.</param>
/// <param name="Memory">What they see of the encoder's states; null where there is no encoder.</param>
internal readonly record struct PagedLayer(int Layer, KeyValuePool Pool, int[] Rows, int[] Entries, PagedView Own, PagedView? Near, PagedView? Memory)
{
    /// <summary>Remembers what the rows add, <c>[rows, key heads, 1, head width]</c> each.</summary>
    public void Append(KeyValues own) => Pool.Write(Layer, own, Rows, Entries);

    /// <summary>The same for rows that lie somewhere, where the processor reads the pool.</summary>
    public void Append(RowBlock keys, RowBlock values) => Pool.Write(Layer, keys, values, Rows, Entries);
}
