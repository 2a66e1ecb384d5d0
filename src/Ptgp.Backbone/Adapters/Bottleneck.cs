using Ptgp.Backbone.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>A narrow feed-forward layer after a sublayer, inside its residual connection (Houlsby et al. 2019): <c>y + W₂·f(W₁·y + b₁) + b₂</c>.</summary>
public sealed class Bottleneck : nn.Module
{
    internal Bottleneck(Tensor down, Tensor downBias, Tensor up, Tensor upBias, Activation activation) : base(nameof(Bottleneck))
    {
        (Down, DownBias, Up, UpBias) = (Keep(nameof(Down), down), Keep(nameof(DownBias), downBias), Keep(nameof(Up), up), Keep(nameof(UpBias), upBias));
        Activation = activation;

        Parameter Keep(string name, Tensor values)
        {
            var parameter = new Parameter(values);
            parameter.DetachFromDisposeScope();
            register_parameter(name, parameter);
            return parameter;
        }
    }

    /// <summary>Gets the function between the two ways.</summary>
    public Activation Activation { get; }

    /// <summary>Gets the weights of the way down, float32 <c>[narrow, width]</c>.</summary>
    public Parameter Down { get; }

    /// <summary>Gets the bias of the way down, float32 <c>[narrow]</c>.</summary>
    public Parameter DownBias { get; }

    /// <summary>Gets the weights of the way up, float32 <c>[width, narrow]</c>.</summary>
    public Parameter Up { get; }

    /// <summary>Gets the bias of the way up, float32 <c>[width]</c>.</summary>
    public Parameter UpBias { get; }

    /// <summary><c>[…, width]</c> to the same, of the same type.</summary>
    internal Tensor Forward(Tensor y) =>
        Ops.Add(y, nn.functional.linear(Activation.Of(nn.functional.linear(y.to_type(Down.dtype), Down, DownBias)), Up, UpBias).to_type(y.dtype));
}
