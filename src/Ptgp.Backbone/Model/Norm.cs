using Ptgp.Backbone.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Normalizes each state, <c>[…, width]</c> to the same.</summary>
internal sealed class Norm : nn.Module
{
    private readonly Parameter weight;
    private readonly Parameter? bias;
    private readonly double epsilon;
    private readonly long[] shape;

    public Norm(string path, ParameterSource source, TransformerConfig config) : base(nameof(Norm))
    {
        shape = [config.Width];
        epsilon = config.NormEpsilon;
        weight = new Parameter(source.Get(path + ".weight", shape, Initialization.Ones), source.IsTrainable);
        register_parameter("weight", weight);
        if (config.Norm == NormKind.Layer)
        {
            bias = new Parameter(source.Get(path + ".bias", shape, Initialization.Zeros), source.IsTrainable);
            register_parameter("bias", bias);
        }
    }

    public Tensor Forward(Tensor x) => bias is null ? Ops.RmsNorm(x, weight, epsilon) : nn.functional.layer_norm(x, shape, weight, bias, epsilon);
}
