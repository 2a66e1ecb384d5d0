using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What one forward pass carries through all layers.</summary>
internal sealed class Pass(TransformerConfig config, Adapter? adapter, bool isTraining)
{
    /// <summary>Gets the deltas that the pass adds to the shared weights; null for none.</summary>
    public Adapter? Adapter { get; } = adapter;

    /// <summary>Gets whether layers may compute from copies of their weights that are packed for speed: no gradients will be asked for.</summary>
    public bool IsPacked { get; } = !isTraining && !is_grad_enabled();

    /// <summary>Gets the attention of each layer to its own stack, where it is wanted.</summary>
    public List<Tensor>? SelfAttentions { get; init; }

    /// <summary>Gets the attention of each layer to the encoder, where it is wanted.</summary>
    public List<Tensor>? CrossAttentions { get; init; }

    /// <summary>Gets the share of attention to drop now.</summary>
    public double AttentionDropout { get; } = isTraining ? config.AttentionDropout : 0;

    /// <summary>Drops activations when training.</summary>
    public Tensor Drop(Tensor x) => isTraining && config.Dropout > 0 ? nn.functional.dropout(x, config.Dropout, training: true) : x;

    /// <summary>Drops feed-forward activations when training.</summary>
    public Tensor DropActivation(Tensor x) =>
        isTraining && config.ActivationDropout > 0 ? nn.functional.dropout(x, config.ActivationDropout, training: true) : x;
}
