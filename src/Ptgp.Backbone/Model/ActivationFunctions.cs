using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Computes activations.</summary>
internal static class ActivationFunctions
{
    public static Tensor Of(this Activation activation, Tensor x) => activation switch
    {
        Activation.Relu => nn.functional.relu(x),
        Activation.Gelu => nn.functional.gelu(x),
        Activation.GeluTanh => nn.functional.gelu(x, TorchSharp.Modules.GELU.Approximate.tanh),
        Activation.Silu => nn.functional.silu(x),
        _ => throw new InvalidOperationException($"There is no activation {activation}."),
    };
}
