using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>Rows of numbers that lie somewhere in a tensor, so that none need be made for a part of another.</summary>
/// <param name="Tensor">The tensor; its first extent counts the rows.</param>
/// <param name="Offset">Where the first row begins.</param>
/// <param name="Step">How far rows lie apart.</param>
internal readonly record struct RowBlock(Tensor Tensor, long Offset, long Step)
{
    /// <summary>Gets the address of the first row, of float32 on the CPU. It keeps nothing from being finalized: who uses it keeps the tensor alive.</summary>
    public unsafe float* Data => (float*)TensorMemory.Of(Tensor) + Offset;

    /// <summary>Gets how many rows there are.</summary>
    public long Rows => Tensor.size(0);

    /// <summary>Gets the rows of a tensor <c>[rows, width]</c>, each contiguous.</summary>
    public static RowBlock Of(Tensor rows) => new(rows, 0, rows.stride(0));

    /// <summary>Looks at the numbers, from the first row on, in steps of the caller's.</summary>
    public Tensor View(long[] shape, long[] strides) => Tensor.as_strided(shape, strides, Tensor.storage_offset() + Offset);
}
