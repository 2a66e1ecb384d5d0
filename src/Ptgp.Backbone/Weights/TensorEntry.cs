using static TorchSharp.torch;

namespace Ptgp.Backbone.Weights;

/// <summary>One tensor of a weights file, described but not read.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its extents; empty for a single number.</param>
/// <param name="Offset">Where its first byte lies, counted from the file's start.</param>
/// <param name="Length">Its size in bytes: the product of the shape times the size of an element.</param>
public sealed record TensorEntry(string Name, ScalarType Type, IReadOnlyList<long> Shape, long Offset, long Length)
{
    /// <summary>Gets how many elements lie between neighbours of each dimension; null when they lie in order, without holes.</summary>
    public IReadOnlyList<long>? Strides { get; init; }

    /// <summary>Says the type and the shape, such as <c>F32 [512, 64]</c>.</summary>
    public override string ToString() => $"{SafeTensorsTypes.Name(Type)} [{string.Join(", ", Shape)}]";
}
