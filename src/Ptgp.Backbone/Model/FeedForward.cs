using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Two projections with a function between, and perhaps a gate.</summary>
internal sealed class FeedForward : nn.Module
{
    private readonly Projection up, down;
    private readonly Projection? gate;
    private readonly Activation activation;

    public FeedForward(string path, ParameterSource source, TransformerConfig config, StackConfig stack) : base(nameof(FeedForward))
    {
        activation = config.Activation;
        up = Add("up", config.Width, stack.FeedForwardWidth);
        gate = config.IsGated ? Add("gate", config.Width, stack.FeedForwardWidth) : null;
        down = Add("down", stack.FeedForwardWidth, config.Width);

        Projection Add(string name, long inputs, long outputs)
        {
            var projection = new Projection($"{path}.{name}", source, inputs, outputs, config.Biases.HasFlag(Biases.FeedForward));
            register_module(name, projection);
            return projection;
        }
    }

    /// <summary><c>[batch, length, width]</c> to the same.</summary>
    public Tensor Forward(Tensor x, Pass pass)
    {
        if (gate is null && activation == Activation.Relu && up.CanCut(pass))
        {
            return down.Forward(up.ForwardCut(x, pass), pass);
        }

        var inner = gate is null ? pass.Activate(up.Forward(x, pass), activation) : pass.Activate(gate.Forward(x, pass), activation) * up.Forward(x, pass);
        return down.Forward(pass.DropActivation(inner), pass);
    }
}
