using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Multi-head attention (Vaswani et al. 2017), in two acts: make queries, keys and values; let the queries look at them.</summary>
internal sealed class Attention : nn.Module
{
    private readonly Projection q, k, v, o;
    private readonly long heads, headWidth;
    private readonly double scale;
    private PackedLinear? packed;

    public Attention(string path, ParameterSource source, TransformerConfig config, StackConfig stack) : base(nameof(Attention))
    {
        (heads, headWidth) = (stack.Heads, stack.HeadWidth);
        scale = config.AttentionScale ?? Math.Pow(headWidth, -0.5);
        var inner = heads * headWidth;
        q = Add("q", config.Width, inner);
        k = Add("k", config.Width, inner, config.HasKeyBias);
        v = Add("v", config.Width, inner);
        o = Add("o", inner, config.Width);

        Projection Add(string name, long inputs, long outputs, bool hasBias = true)
        {
            var projection = new Projection($"{path}.{name}", source, inputs, outputs, config.HasBiases && hasBias);
            register_module(name, projection);
            return projection;
        }
    }

    /// <summary>Makes the queries of some states, and the keys and values of the same: <c>[batch, length, width]</c> to <c>[batch, heads, length, head width]</c> each.</summary>
    public (Tensor Queries, KeyValues Own) Read(Tensor x, Pass pass)
    {
        if (!pass.IsPacked)
        {
            return (Query(x, pass), Remember(x, pass));
        }

        packed ??= Pack();
        var inner = heads * headWidth;
        var all = packed.Forward(x);                              // [batch, length, 3 * inner]
        return (
            Split(q.AddDelta(all.narrow(-1, 0, inner), x, pass)),
            new(Split(k.AddDelta(all.narrow(-1, inner, inner), x, pass)), Split(v.AddDelta(all.narrow(-1, 2 * inner, inner), x, pass))));
    }

    /// <summary>Makes queries alone.</summary>
    public Tensor Query(Tensor x, Pass pass) => Split(q.Forward(x, pass));

    /// <summary>Makes keys and values alone.</summary>
    public KeyValues Remember(Tensor x, Pass pass) => new(Split(k.Forward(x, pass)), Split(v.Forward(x, pass)));

    /// <summary>Lets queries look at keys: <c>[batch, heads, queries, head width]</c> to <c>[batch, queries, width]</c>.</summary>
    /// <param name="queries">The queries.</param>
    /// <param name="seen">What they look at.</param>
    /// <param name="mask">What is added to the scores, broadcast to <c>[batch, heads, queries, keys]</c>; null for nothing. It has the states' type.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="captured">Where the attention goes when it is wanted, <c>[batch, heads, queries, keys]</c>.</param>
    public Tensor Attend(Tensor queries, KeyValues seen, Tensor? mask, Pass pass, List<Tensor>? captured)
    {
        Tensor mixed;
        if (captured is null)
        {
            mixed = Ops.Attention(queries, seen.Keys, seen.Values, mask, scale, causal: false, pass.AttentionDropout);
        }
        else
        {
            var scores = Ops.MatMul(queries, seen.Keys.transpose(2, 3)) * scale;
            var attention = nn.functional.softmax(mask is null ? scores : scores + mask, -1);
            captured.Add(attention);
            mixed = Ops.MatMul(attention, seen.Values);
        }

        return o.Forward(mixed.transpose(1, 2).flatten(2), pass);
    }

    /// <summary>Forgets the copy packed for speed, because the weights will change.</summary>
    public void Unpack()
    {
        packed?.Dispose();
        packed = null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Unpack();
        }

        base.Dispose(disposing);
    }

    // One multiplication for all three: its rows are the queries', the keys' and the values' weights.
    private PackedLinear Pack()
    {
        using var scope = NewDisposeScope();
        var biases = new[] { q, k, v }.Select(p => p.Bias ?? zeros(p.Weight.size(0), dtype: p.Weight.dtype, device: p.Weight.device)).ToArray();
        var bias = q.Bias is null && k.Bias is null && v.Bias is null ? null : cat(biases, 0);
        return PackedLinear.Create(cat([q.Weight, k.Weight, v.Weight], 0), bias);
    }

    private Tensor Split(Tensor x) => x.view(x.size(0), x.size(1), heads, headWidth).transpose(1, 2);
}
