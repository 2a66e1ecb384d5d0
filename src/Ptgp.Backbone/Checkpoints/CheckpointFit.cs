namespace Ptgp.Backbone;

/// <summary>How the weights of a checkpoint fit its Transformer.</summary>
/// <param name="Parameters">How many numbers the Transformer has; what is tied counts once.</param>
/// <param name="Unread">The names of tensors that have no place in it, in order. They are left out when it is loaded.</param>
public sealed record CheckpointFit(long Parameters, IReadOnlyList<string> Unread);
