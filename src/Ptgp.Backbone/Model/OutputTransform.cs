using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What states pass through before they become logits of masked tokens (Devlin et al. 2019): a projection, the activation, a norm.</summary>
internal sealed class OutputTransform : nn.Module
{
    private readonly Projection dense;
    private readonly Norm norm;
    private readonly Activation activation;
    private readonly Pass pass;

    public OutputTransform(string path, ParameterSource source, TransformerConfig config) : base(nameof(OutputTransform))
    {
        activation = config.Activation;
        pass = new(config, null, isTraining: true);
        register_module("dense", dense = new(path + ".dense", source, config.Width, config.Width, hasBias: true));
        register_module("norm", norm = new(path + ".norm", source, config));
    }

    /// <summary><c>[…, width]</c> to the same.</summary>
    public Tensor Forward(Tensor states) => norm.Forward(activation.Of(dense.Forward(states, pass)));
}
