using static TorchSharp.torch;

namespace Ptgp;

/// <summary>The head that a checkpoint was saved with beside its Transformer: a task's own head may start from it.</summary>
/// <remarks>The tensors belong to the backbone: copy what is to be trained.</remarks>
public sealed record CheckpointHead
{
    /// <summary>Gets its tensors, float32 on the backbone's device, by name and then <c>.weight</c> or <c>.bias</c>.</summary>
    /// <value>
    /// <c>classes</c>: <c>[labels, width]</c>, the classes of a whole text, of its pooled state where there is a pooler, or of each token; <c>span</c>:
    /// <c>[2, width]</c>, where an answer starts and where it ends; <c>pooler</c>: <c>[width, width]</c>; <c>next_sentence</c>: <c>[2, width]</c>, of the
    /// pooled state: whether the second text of a pair follows the first. What the checkpoint lacks is absent.
    /// </value>
    public required IReadOnlyDictionary<string, Tensor> Weights { get; init; }

    /// <summary>Gets the names of its classes, in order; empty when the checkpoint names none.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Gets whether the pooler cuts what is negative, where others take the hyperbolic tangent.</summary>
    public bool PoolsByRelu { get; init; }

    /// <summary>Pools states <c>[batch, length, width]</c> to what stands for each row as a whole, <c>[batch, width]</c>: its first state, through the pooler where there is one.</summary>
    public Tensor Pool(Tensor states)
    {
        ArgumentNullException.ThrowIfNull(states);
        var first = states.select(1, 0);
        return !Weights.ContainsKey("pooler.weight") ? first : PoolsByRelu ? Apply("pooler", first).relu() : Apply("pooler", first).tanh();
    }

    /// <summary>Applies one of its projections to states, <c>[…, width]</c> to <c>[…, outputs]</c>.</summary>
    /// <exception cref="KeyNotFoundException">The checkpoint has no such projection.</exception>
    public Tensor Apply(string name, Tensor states)
    {
        ArgumentNullException.ThrowIfNull(states);
        return Weights.TryGetValue(name + ".weight", out var weight)
            ? nn.functional.linear(states, weight, Weights.GetValueOrDefault(name + ".bias"))
            : throw new KeyNotFoundException($"The checkpoint's head must have '{name}', but has {string.Join(", ", Weights.Keys)}.");
    }
}
