using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>A vector for each id.</summary>
internal sealed class EmbeddingTable : TokenEmbeddings
{
    private readonly string path;

    public EmbeddingTable(string path, ParameterSource source, int count, TransformerConfig config) : base(nameof(EmbeddingTable))
    {
        this.path = path;
        var drawn = new Initialization(0, config.EmbeddingScale == 1 ? 1 : Math.Pow(config.Width, -0.5));
        Weight = new Parameter(source.Get(path + ".weight", [count, config.Width], drawn), source.IsTrainable);
        register_parameter("weight", Weight);
    }

    /// <summary>Gets the vectors, <c>[ids, width]</c>.</summary>
    public override Parameter Weight { get; }

    public override Tensor Rows(Tensor ids, Adapter? adapter) => AdaptedTables.Rows(path, Weight, ids, adapter);
}
