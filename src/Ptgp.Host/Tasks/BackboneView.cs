using Ptgp.Backbone;
using static TorchSharp.torch;

namespace Ptgp.Host.Tasks;

/// <summary>The shared backbone as one task sees it: through the task's own adapter weights, and in float32, whatever it computes in.</summary>
internal sealed class BackboneView(BackboneDescription description, ITokenizer tokenizer, Transformer transformer) : IBackbone
{
    /// <inheritdoc />
    public BackboneDescription Description => description;

    /// <inheritdoc />
    public ITokenizer Tokenizer => tokenizer;

    /// <inheritdoc />
    public CheckpointHead? Head { get; init; }

    /// <inheritdoc />
    public int MaxLength { get; set; } = description.MaxLength;

    /// <inheritdoc />
    public int MaxTargetLength { get; set; } = description.MaxTargetLength;

    /// <summary>Gets or sets the weights that verbs compute with: the shared ones, or the task's own copy.</summary>
    public Transformer Transformer { get; set; } = transformer;

    /// <summary>Gets or sets what the task changes about the weights; null for nothing.</summary>
    public Adapter? Adapter { get; set; }

    /// <summary>Gets or sets what collects attention while a task is explained; null, as it is at all other times, for nothing. It is set on the device's thread, on which the verbs are called.</summary>
    public StateCapture? Capture { get; set; }

    /// <inheritdoc />
    public Embedded Embed(Batch batch)
    {
        var embedded = Transformer.Embed(batch, Adapter);
        return embedded with { States = embedded.States.to_type(ScalarType.Float32) };
    }

    /// <summary>Reads what a head has brought to the backbone's width.</summary>
    public EncodedStates Encode(Embedded input) => Transformer.Encode(input with { States = input.States.to_type(Transformer.Dtype) }, Adapter, Capture);

    /// <inheritdoc />
    public Tensor Decode(EncodedStates source, Tensor targets) => Transformer.Decode(source, targets, Adapter, Capture).to_type(ScalarType.Float32);

    /// <inheritdoc />
    public Tensor Decode(EncodedStates source, Tensor targets, Tensor starts) => Transformer.Decode(source, targets, Adapter, starts: starts).to_type(ScalarType.Float32);

    /// <inheritdoc />
    public Tensor Project(Tensor states) => Transformer.Project(states.to_type(Transformer.Dtype), Adapter).to_type(ScalarType.Float32);

    /// <inheritdoc />
    public TaskLoss Loss(Tensor states, Tensor labels, double labelSmoothing = 0) => Transformer.Loss(states.to_type(Transformer.Dtype), labels, labelSmoothing, Adapter);
}
