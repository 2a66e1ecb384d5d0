using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>How the states of a pass see those of their own stack.</summary>
/// <param name="Mask">What is added to attention scores, broadcast to <c>[batch, heads, length, keys]</c>; null for nothing. It has the states' type.</param>
/// <param name="WindowMask">The same in layers with a sliding window.</param>
/// <param name="Rotation">How queries and new keys turn; null when they do not.</param>
internal sealed record Sight(Tensor? Mask, Tensor? WindowMask, Rotation? Rotation)
{
    /// <summary>Gets how far what is seen stands from who sees; null where attention does not ask.</summary>
    public DistanceView? Distances { get; init; }

    /// <summary>Gets all that it holds, null where there is nothing.</summary>
    public Tensor?[] Tensors => [Mask, WindowMask, Rotation?.Cosines, Rotation?.Sines, Distances?.Vectors, Distances?.Entries, Distances?.Keys];

    /// <summary>Makes one that holds others in the same places; see <see cref="Tensors"/>.</summary>
    public static Sight Of(ReadOnlySpan<Tensor?> tensors) =>
        new(tensors[0], tensors[1], tensors[2] is null ? null : new(tensors[2]!, tensors[3]!)) { Distances = tensors[4] is null ? null : new(tensors[4]!, tensors[5], tensors[6]) };
}
