using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Collects what a pass computes on its way. Give it to a pass and read it before the surrounding scope ends.</summary>
public sealed class StateCapture
{
    /// <summary>Gets the encoder's states: embeddings, then one a layer, the last one after the final norm; each <c>[batch, length, width]</c>.</summary>
    public List<Tensor> EncoderStates { get; } = [];

    /// <summary>Gets the decoder's states, likewise.</summary>
    public List<Tensor> DecoderStates { get; } = [];

    /// <summary>Gets the encoder's attention, one a layer; each <c>[batch, heads, length, length]</c>.</summary>
    public List<Tensor> EncoderAttentions { get; } = [];

    /// <summary>Gets the decoder's attention to itself, one a layer.</summary>
    public List<Tensor> DecoderAttentions { get; } = [];

    /// <summary>Gets the decoder's attention to the encoder, one a layer; each <c>[batch, heads, targets, sources]</c>.</summary>
    public List<Tensor> CrossAttentions { get; } = [];
}
