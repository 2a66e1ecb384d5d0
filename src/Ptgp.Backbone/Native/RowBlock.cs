using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>Rows of float32 numbers that lie somewhere in a tensor on the CPU, so that none need be made for a part of another.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Offset">Where the first row begins.</param>
/// <param name="Step">How far rows lie apart.</param>
internal readonly record struct RowBlock(Tensor Tensor, long Offset, long Step)
{
    /// <summary>Gets the address of the first row. It keeps nothing from being finalized: who uses it keeps the tensor alive.</summary>
    public unsafe float* Data => (float*)TensorMemory.Of(Tensor) + Offset;

    /// <summary>Gets the rows of a tensor <c>[rows, width]</c>, each contiguous.</summary>
    public static RowBlock Of(Tensor rows) => new(rows, 0, rows.stride(0));
}
