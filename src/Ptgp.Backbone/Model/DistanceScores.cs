using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What a layer's attention owes to distances (Dai et al. 2019, section 3.3): keys of distances, and one bias of queries for what is seen, one for how far it is.</summary>
internal sealed class DistanceScores : nn.Module
{
    private readonly Projection r;
    private readonly DistanceBiases biases;
    private readonly Scalar scale;
    private readonly long heads, headWidth;

    /// <summary>Makes the weights of a layer.</summary>
    /// <param name="path">Their name.</param>
    /// <param name="source">The parameters.</param>
    /// <param name="config">The shape.</param>
    /// <param name="stack">That of the stack.</param>
    /// <param name="shared">Biases that all layers share; null for a layer's own.</param>
    public DistanceScores(string path, ParameterSource source, TransformerConfig config, StackConfig stack, DistanceBiases? shared) : base(nameof(DistanceScores))
    {
        (heads, headWidth) = (stack.Heads, stack.HeadWidth);
        scale = config.AttentionScale ?? Math.Pow(headWidth, -0.5);
        register_module("r", r = new(path + ".r", source, config.Width, heads * headWidth, hasBias: false));
        biases = shared ?? new(path + ".biases", source, stack);
        if (shared is null)
        {
            register_module("biases", biases);
        }
    }

    /// <summary>Makes the keys of distances: <c>[distances, width]</c> to <c>[heads, head width, distances]</c>.</summary>
    public Tensor Keys(Tensor vectors, Pass pass) => r.Forward(vectors, pass).view(-1, heads, headWidth).permute(1, 2, 0).contiguous();

    /// <summary>Makes what looks at keys of what queries are, <c>[batch, heads, queries, head width]</c> to the same.</summary>
    public Tensor Queries(Tensor queries) => Ops.Add(queries, biases.Content.unsqueeze(1));

    /// <summary>Scores the distances of keys, and adds that to a mask: <c>[batch, heads, queries, keys]</c>.</summary>
    /// <param name="queries">What queries are, <c>[batch, heads, queries, head width]</c>.</param>
    /// <param name="view">The distances.</param>
    /// <param name="mask">The mask, of the queries' type; null for nothing.</param>
    /// <param name="pass">The pass.</param>
    public Tensor Mask(Tensor queries, DistanceView view, Tensor? mask, Pass pass)
    {
        var (batch, length) = (queries.size(0), queries.size(2));
        var looking = Ops.Add(queries, biases.Position.unsqueeze(1)).mul(scale).transpose(0, 1).reshape(heads, batch * length, headWidth);
        var scores = Ops.MatMul(looking, view.Keys ?? Keys(view.Vectors, pass)).view(heads, batch, length, -1);
        var arranged = view.Arrange(scores).transpose(0, 1);
        return mask is null ? arranged : Ops.Add(arranged, mask);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            scale.Dispose();
        }

        base.Dispose(disposing);
    }
}
