using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Weights, and perhaps a bias, under a name of their own.</summary>
internal sealed class Table : nn.Module
{
    /// <summary>Makes a table.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="source">The parameters.</param>
    /// <param name="weight">The extents of the weights; null for none.</param>
    /// <param name="bias">The extents of the bias; null for none.</param>
    /// <param name="drawn">How fresh weights are drawn; by default with the inverse root of their last extent.</param>
    /// <param name="tied">Weights of another table to use instead of its own.</param>
    public Table(string path, ParameterSource source, long[]? weight, long[]? bias = null, Initialization? drawn = null, Parameter? tied = null) : base(nameof(Table))
    {
        Weight = tied ?? (weight is null ? null : Add("weight", weight, drawn ?? new(0, Math.Pow(weight[^1], -0.5))));
        Bias = bias is null ? null : Add("bias", bias, Initialization.Zeros);

        Parameter Add(string name, long[] shape, Initialization initialization)
        {
            var parameter = new Parameter(source.Get($"{path}.{name}", shape, initialization), source.IsTrainable);
            register_parameter(name, parameter);
            return parameter;
        }
    }

    public Parameter? Weight { get; }

    public Parameter? Bias { get; }
}
