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
}
