using Ptgp.Backbone.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Log-probabilities in two steps (Grave et al. 2017): of the frequent ids and of the other clusters, then of the ids within each of these.</summary>
internal sealed class AdaptiveSoftmax : TokenOutput
{
    private readonly IReadOnlyList<(int First, int Count, int Width)> clusters;
    private readonly Table[] tables;                              // one a cluster, or one for all
    private readonly Table[] projections;                         // one a cluster, each [width, own width]; none where widths are alike
    private readonly Table? tails;                                // [clusters after the first, embedding width]
    private readonly PackedLinear?[] packed;

    public AdaptiveSoftmax(string path, ParameterSource source, TransformerConfig config, AdaptiveEmbeddings embeddings) : base(nameof(AdaptiveSoftmax))
    {
        var adaptive = embeddings.Adaptive;
        clusters = adaptive.Clusters(config.OutputVocabulary);
        packed = new PackedLinear?[clusters.Count];
        if (clusters.Count > 1)
        {
            register_module("tails", tails = new($"{path}.tails", source, [clusters.Count - 1, adaptive.EmbeddingWidth], [clusters.Count - 1]));
        }

        tables = [.. embeddings.Clusters.Select((read, i) => new Table($"{path}.clusters.{i}", source, read.Weight!.shape, [read.Weight.size(0)], tied: config.TiesOutput ? read.Weight : null))];
        projections = embeddings.Projections.Length == 0 ? [] : [.. clusters.Select((_, i) =>
        {
            var read = embeddings.Projections[Math.Min(i, embeddings.Projections.Length - 1)].Weight!;
            return new Table($"{path}.projections.{i}", source, read.shape, tied: adaptive.TiesProjections[i] ? read : null);
        })];
        register_module("clusters", new ModuleList<Table>(tables));
        register_module("projections", new ModuleList<Table>(projections));
    }

    public override Tensor Logits(Tensor states, Adapter? adapter, bool isPacked)
    {
        using var scope = NewDisposeScope();
        var near = Narrowed(0, states);
        var head = Scores(0, near, isPacked);
        if (tails is null)
        {
            return head.log_softmax(-1).MoveToOuterDisposeScope();
        }

        var first = cat([head, nn.functional.linear(near, tails.Weight!, tails.Bias)], -1).log_softmax(-1);      // [..., ids and tails]
        var parts = new Tensor[clusters.Count];
        parts[0] = first.narrow(-1, 0, clusters[0].Count);
        for (var i = 1; i < parts.Length; i++)
        {
            parts[i] = Ops.Add(Scores(i, Narrowed(i, states), isPacked).log_softmax(-1), first.narrow(-1, clusters[0].Count + i - 1, 1));
        }

        return cat(parts, -1).MoveToOuterDisposeScope();
    }

    public override void Unpack()
    {
        for (var i = 0; i < packed.Length; i++)
        {
            packed[i]?.Dispose();
            packed[i] = null;
        }
    }

    private Tensor Narrowed(int cluster, Tensor states) => projections.Length == 0 ? states : nn.functional.linear(states, projections[cluster].Weight!.t());

    // The scores of a cluster's ids among themselves.
    private Tensor Scores(int cluster, Tensor states, bool isPacked)
    {
        if (isPacked && packed[cluster] is { } layer)
        {
            return layer.Forward(states);
        }

        var (weight, bias) = (tables[Math.Min(cluster, tables.Length - 1)].Weight!, tables[Math.Min(cluster, tables.Length - 1)].Bias!);
        var (own, ownBias) = tables.Length == clusters.Count
            ? ((Tensor)weight, (Tensor)bias)
            : (weight.narrow(0, clusters[cluster].First, clusters[cluster].Count), bias.narrow(0, clusters[cluster].First, clusters[cluster].Count));
        return isPacked ? (packed[cluster] = PackedLinear.Create(own, ownBias)).Forward(states) : nn.functional.linear(states, own, ownBias);
    }
}
