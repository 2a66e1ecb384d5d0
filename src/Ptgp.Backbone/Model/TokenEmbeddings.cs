using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Gives ids their vectors.</summary>
internal abstract class TokenEmbeddings(string name) : nn.Module(name)
{
    /// <summary>Gets a parameter that tells device and type.</summary>
    public abstract Parameter Weight { get; }

    /// <summary>Makes those that a shape asks for.</summary>
    /// <param name="path">Their name.</param>
    /// <param name="source">The parameters.</param>
    /// <param name="count">How many ids there are.</param>
    /// <param name="config">The shape.</param>
    public static TokenEmbeddings Of(string path, ParameterSource source, int count, TransformerConfig config) => config.Adaptive is { } adaptive
        ? new AdaptiveEmbeddings(path, source, count, config, adaptive)
        : new EmbeddingTable(path, source, count, config);

    /// <summary>Looks up vectors: <c>[ids]</c> of int64 to <c>[ids, width]</c>.</summary>
    public abstract Tensor Rows(Tensor ids, Adapter? adapter);
}
