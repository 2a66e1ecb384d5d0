using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What one forward pass carries through all layers.</summary>
internal sealed class Pass(TransformerConfig config, Adapter? adapter, bool isTraining)
{
    /// <summary>Makes a pass whose rows belong to several adapters. Nothing is learned in it.</summary>
    public Pass(TransformerConfig config, AdapterSpans spans) : this(config, null, isTraining: false) => Spans = spans;

    /// <summary>Gets what the pass changes about the shared weights; null for nothing.</summary>
    public Adapter? Adapter { get; } = adapter;

    /// <summary>Gets which adapter changes which rows, where there are several; null where <see cref="Adapter"/> changes all.</summary>
    public AdapterSpans? Spans { get; }

    /// <summary>Gets what the adapter changes about a projection; null for nothing.</summary>
    public ProjectionDelta? DeltaOf(string path) => Adapter?.Deltas.GetValueOrDefault(path);

    /// <summary>Gets what the adapter lets the layers of a stack see before their own; null for nothing.</summary>
    public VirtualPrefix? PrefixOf(bool isDecoder) => Adapter?.Prefix is { } prefix && prefix.IsDecoders == isDecoder ? prefix : null;

    /// <summary>Passes what a sublayer made through the adapter's bottleneck there, if there is one.</summary>
    public Tensor Narrow(string path, Tensor y) => Spans is not null
        ? Spans.Change(y, adapter => adapter.Bottlenecks.GetValueOrDefault(path), (bottleneck, own, _) => bottleneck.Forward(own))
        : Adapter is { Bottlenecks.Count: > 0 } && Adapter.Bottlenecks.TryGetValue(path, out var bottleneck) ? bottleneck.Forward(y) : y;

    /// <summary>Gets whether layers may compute from copies of their weights that are packed for speed: no gradients will be asked for.</summary>
    public bool IsPacked { get; } = !isTraining && !is_grad_enabled();

    /// <summary>Gets how they compute from these.</summary>
    public LinearArithmetic Arithmetic { get; } = config.Arithmetic;

    /// <summary>Applies an activation; row by row where none may depend on others: libtorch computes the last numbers of a tensor by other means.</summary>
    public Tensor Activate(Tensor x, Activation activation) => !isTraining && config.IsStrict && x.size(0) > 1
        ? cat([.. Enumerable.Range(0, (int)x.size(0)).Select(row => activation.Of(x.narrow(0, row, 1)))], 0)
        : activation.Of(x);

    /// <summary>Gets the attention of each layer to its own stack, where it is wanted.</summary>
    public List<Tensor>? SelfAttentions { get; init; }

    /// <summary>Gets the attention of each layer to the encoder, where it is wanted.</summary>
    public List<Tensor>? CrossAttentions { get; init; }

    /// <summary>Gets whether layers keep only what they read, and are computed anew when gradients are asked for.</summary>
    public bool Recomputes { get; init; }

    /// <summary>Gets how many positions a row holds into which the texts of a batch are packed; null where each has a row to itself.</summary>
    public int? RowLength { get; init; }

    /// <summary>Gets whether anything is dropped by lot.</summary>
    public bool Draws => (isTraining && (config.Dropout > 0 || config.AttentionDropout > 0 || config.ActivationDropout > 0))
        || (Adapter is not null && Adapter.Deltas.Values.Any(delta => delta.Draws));

    /// <summary>Gets the share of attention to drop now.</summary>
    public double AttentionDropout { get; } = isTraining ? config.AttentionDropout : 0;

    /// <summary>Drops activations when training.</summary>
    public Tensor Drop(Tensor x) => isTraining && config.Dropout > 0 ? Ops.Dropout(x, config.Dropout) : x;

    /// <summary>Drops feed-forward activations when training.</summary>
    public Tensor DropActivation(Tensor x) =>
        isTraining && config.ActivationDropout > 0 ? Ops.Dropout(x, config.ActivationDropout) : x;
}
