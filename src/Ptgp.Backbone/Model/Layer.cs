using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>A layer of an encoder or decoder: attention to its own stack, attention to the encoder where there is one, feed-forward.</summary>
internal sealed class Layer : nn.Module
{
    private readonly Attention selfAttention;
    private readonly Norm selfNorm, feedForwardNorm;
    private readonly Norm? crossNorm;
    private readonly FeedForward feedForward;
    private readonly DistanceScores? distances;
    private readonly NormPlacement placement;
    private readonly bool hasWindow;
    private readonly string afterAttention, afterFeedForward;

    public Layer(string path, ParameterSource source, TransformerConfig config, StackConfig stack, bool crosses, bool hasWindow, DistanceBiases? shared = null) : base(nameof(Layer))
    {
        this.hasWindow = hasWindow;
        (afterAttention, afterFeedForward) = (path + ".self_attention", path + ".feed_forward");
        placement = config.NormPlacement;
        register_module("self_attention", selfAttention = new(path + ".self_attention", source, config, stack));
        if ((stack.Positions ?? config.Positions) == PositionKind.RelativeSinusoidal)
        {
            register_module("distances", distances = new(path + ".distances", source, config, stack, shared));
        }

        register_module("self_attention_norm", selfNorm = new(path + ".self_attention_norm", source, config));
        if (crosses)
        {
            register_module("cross_attention", CrossAttention = new(path + ".cross_attention", source, config, stack));
            register_module("cross_attention_norm", crossNorm = new(path + ".cross_attention_norm", source, config));
        }

        register_module("feed_forward", feedForward = new(path + ".feed_forward", source, config, stack));
        register_module("feed_forward_norm", feedForwardNorm = new(path + ".feed_forward_norm", source, config));
    }

    /// <summary>Gets the attention to the encoder; null where there is none.</summary>
    public Attention? CrossAttention { get; }

    /// <summary>Computes the layer, <c>[batch, length, width]</c> to the same.</summary>
    /// <param name="x">The states.</param>
    /// <param name="sight">How the states see their own stack.</param>
    /// <param name="cache">What was seen before, to which this length is added; null when the states are all there is.</param>
    /// <param name="memory">The keys and values of the encoder's states.</param>
    /// <param name="memoryMask">What is added to the scores of attention to them.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="ahead">What comes before the states, where no cache holds it; null for nothing.</param>
    public Tensor Forward(Tensor x, Sight sight, LayerCache? cache, KeyValues? memory, Tensor? memoryMask, Pass pass, KeyValues? ahead = null)
    {
        using var scope = NewDisposeScope();
        var (queries, own) = selfAttention.Read(Before(selfNorm, x), sight.Rotation, pass);
        var seen = cache is not null ? cache.Append(own) : ahead is { } first ? new(cat([first.Keys, own.Keys], 2), cat([first.Values, own.Values], 2)) : own;
        var mask = hasWindow ? sight.WindowMask : sight.Mask;
        if (distances is not null)
        {
            (queries, mask) = (distances.Queries(queries), distances.Mask(queries, sight.Distances!, mask, pass));
        }

        var mixed = selfAttention.Attend(queries, seen, mask, pass, pass.SelfAttentions);
        x = Add(selfNorm, x, pass.Narrow(afterAttention, mixed), pass);
        if (CrossAttention is not null)
        {
            queries = CrossAttention.Query(Before(crossNorm!, x), pass);
            x = Add(crossNorm!, x, CrossAttention.Attend(queries, memory!.Value, memoryMask, pass, pass.CrossAttentions), pass);
            pass.CrossAttentions?[^1].MoveToOuterDisposeScope();
        }

        pass.SelfAttentions?[^1].MoveToOuterDisposeScope();
        return Feed(x, pass).MoveToOuterDisposeScope();
    }

    /// <summary>Computes the layer of rows that look each at entries of its own, <c>[rows, width]</c> to the same. Rows know nothing of each other.</summary>
    /// <param name="x">The states.</param>
    /// <param name="rotation">How queries and keys turn; null when they do not.</param>
    /// <param name="memory">What they see, to which they are added.</param>
    /// <param name="pass">The pass.</param>
    public Tensor Forward(Tensor x, Rotation? rotation, PagedLayer memory, Pass pass)
    {
        using var scope = NewDisposeScope();
        var mixed = selfAttention.Look(Before(selfNorm, x), rotation, memory, hasWindow ? memory.Near! : memory.Own, pass);
        x = Add(selfNorm, x, pass.Narrow(afterAttention, mixed), pass);
        if (CrossAttention is not null)
        {
            x = Add(crossNorm!, x, CrossAttention.LookAcross(Before(crossNorm!, x), memory, pass), pass);
        }

        return Feed(x, pass).MoveToOuterDisposeScope();
    }

    /// <summary>Makes keys and values of states that the layer read before, <c>[batch, length, width]</c>.</summary>
    public KeyValues Remember(Tensor states, Pass pass) => selfAttention.Remember(Before(selfNorm, states), pass);

    /// <summary>Makes keys of distances: <c>[distances, width]</c> to <c>[heads, head width, distances]</c>.</summary>
    public Tensor KeysOf(Tensor vectors, Pass pass) => distances!.Keys(vectors, pass);

    private Tensor Feed(Tensor x, Pass pass) =>
        Add(feedForwardNorm, x, pass.Narrow(afterFeedForward, feedForward.Forward(Before(feedForwardNorm, x), pass)), pass);

    private Tensor Before(Norm norm, Tensor x) => placement == NormPlacement.Before ? norm.Forward(x) : x;

    private Tensor Add(Norm norm, Tensor x, Tensor y, Pass pass)
    {
        var sum = Ops.Add(x, pass.Drop(y));
        return placement == NormPlacement.After ? norm.Forward(sum) : sum;
    }
}
