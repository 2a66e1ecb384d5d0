using Ptgp.Backbone.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>A vector for each id, the narrower the rarer the id, and brought to the states' width (Baevski and Auli 2019).</summary>
internal sealed class AdaptiveEmbeddings : TokenEmbeddings
{
    private readonly (int First, int Count)[] bounds;

    public AdaptiveEmbeddings(string path, ParameterSource source, int count, TransformerConfig config, AdaptiveVocabulary adaptive) : base(nameof(AdaptiveEmbeddings))
    {
        Adaptive = adaptive;
        // With one width for all there is one table.
        (int First, int Count, int Width)[] clusters = adaptive.Divisor == 1 ? [(0, count, adaptive.EmbeddingWidth)] : [.. adaptive.Clusters(count)];
        bounds = [.. clusters.Select(cluster => (cluster.First, cluster.Count))];
        Clusters = [.. clusters.Select((cluster, i) => new Table($"{path}.clusters.{i}", source, [cluster.Count, cluster.Width]))];
        Projections = adaptive.Divisor == 1 && adaptive.EmbeddingWidth == config.Width
            ? []
            : [.. clusters.Select((cluster, i) => new Table($"{path}.projections.{i}", source, [config.Width, cluster.Width]))];
        register_module("clusters", new ModuleList<Table>(Clusters));
        register_module("projections", new ModuleList<Table>(Projections));
    }

    /// <summary>Gets the clusters.</summary>
    public AdaptiveVocabulary Adaptive { get; }

    /// <summary>Gets the tables of vectors, each <c>[ids, own width]</c>.</summary>
    public Table[] Clusters { get; }

    /// <summary>Gets what brings the vectors of each table to the states' width, each <c>[width, own width]</c>; none where they have it.</summary>
    public Table[] Projections { get; }

    public override Parameter Weight => Clusters[0].Weight!;

    public override Tensor Rows(Tensor ids, Adapter? adapter)
    {
        if (Clusters.Length == 1)
        {
            return Look(0, ids);
        }

        // Every table is asked for every id, and what it has none for counts nothing: so that nobody waits for a count of the ids of each.
        using var scope = NewDisposeScope();
        Tensor? sum = null;
        for (var i = 0; i < Clusters.Length; i++)
        {
            using Scalar first = bounds[i].First, count = bounds[i].Count, last = bounds[i].Count - 1;
            var own = ids.sub(first);
            var isOwn = own.ge(Transformer.Zero).logical_and(own.lt(count)).unsqueeze(-1);
            var rows = Look(i, own.clamp(Transformer.Zero, last)) * isOwn.to_type(Weight.dtype);
            sum = sum is null ? rows : Ops.Add(sum, rows);
        }

        return sum!.MoveToOuterDisposeScope();
    }

    private Tensor Look(int cluster, Tensor ids)
    {
        var rows = Clusters[cluster].Weight!.index_select(0, ids);
        return Projections.Length == 0 ? rows : nn.functional.linear(rows, Projections[cluster].Weight!);
    }
}
