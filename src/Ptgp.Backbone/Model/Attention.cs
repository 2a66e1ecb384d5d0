using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Multi-head attention (Vaswani et al. 2017), in two acts: make queries, keys and values; let the queries look at them.</summary>
internal sealed class Attention : nn.Module
{
    private readonly Projection q, k, v, o;
    private readonly long heads, keyHeads, headWidth;
    private readonly double scale;
    private PackedLinear? packed;

    public Attention(string path, ParameterSource source, TransformerConfig config, StackConfig stack) : base(nameof(Attention))
    {
        (heads, keyHeads, headWidth) = (stack.Heads, stack.KeyValueHeads ?? stack.Heads, stack.HeadWidth);
        scale = config.AttentionScale ?? Math.Pow(headWidth, -0.5);
        var (inner, keyInner) = (heads * headWidth, keyHeads * headWidth);
        q = Add("q", config.Width, inner, Biases.Queries);
        k = Add("k", config.Width, keyInner, Biases.Keys);
        v = Add("v", config.Width, keyInner, Biases.Values);
        o = Add("o", inner, config.Width, Biases.Mixed);

        Projection Add(string name, long inputs, long outputs, Biases bias)
        {
            var projection = new Projection($"{path}.{name}", source, inputs, outputs, config.Biases.HasFlag(bias));
            register_module(name, projection);
            return projection;
        }
    }

    /// <summary>Makes the queries of some states, and the keys and values of the same: <c>[batch, length, width]</c> to <c>[batch, heads, length, head width]</c> each.</summary>
    /// <param name="x">The states.</param>
    /// <param name="rotation">How queries and keys turn; null when they do not.</param>
    /// <param name="pass">The pass.</param>
    public (Tensor Queries, KeyValues Own) Read(Tensor x, Rotation? rotation, Pass pass)
    {
        var (queries, own) = pass.IsPacked && !q.ReadsApart(pass) && !k.ReadsApart(pass) && !v.ReadsApart(pass) ? ReadPacked(x, pass) : (Query(x, pass), Remember(x, pass));
        return rotation is { } turn ? (turn.Apply(queries), own with { Keys = turn.Apply(own.Keys) }) : (queries, own);
    }

    /// <summary>Makes queries alone.</summary>
    public Tensor Query(Tensor x, Pass pass) => Split(q.Forward(x, pass), heads);

    /// <summary>Makes keys and values alone.</summary>
    public KeyValues Remember(Tensor x, Pass pass) => new(Split(k.Forward(x, pass), keyHeads), Split(v.Forward(x, pass), keyHeads));

    /// <summary>Lets queries look at keys: <c>[batch, heads, queries, head width]</c> to <c>[batch, queries, width]</c>.</summary>
    /// <param name="queries">The queries.</param>
    /// <param name="seen">What they look at.</param>
    /// <param name="mask">What is added to the scores, broadcast to <c>[batch, heads, queries, keys]</c>; null for nothing. It has the states' type.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="captured">Where the attention goes when it is wanted, <c>[batch, heads, queries, keys]</c>.</param>
    public Tensor Attend(Tensor queries, KeyValues seen, Tensor? mask, Pass pass, List<Tensor>? captured)
    {
        Tensor mixed;
        var (length, sharing) = (queries.size(2), heads / keyHeads);
        if (sharing > 1)
        {
            // Heads that share keys stand side by side, as if they were queries of one head; so keys and values are never repeated.
            queries = queries.reshape(queries.size(0), keyHeads, sharing * length, headWidth);
            mask = mask is null ? null : SideBySide(mask, sharing);
        }

        if (Autocast.Active == DeviceType.CPU)
        {
            // libtorch multiplies each head of each row on its own, and on the CPU in bfloat16 that costs far more than it saves.
            var (wide, keys, values) = (queries.to_type(float32), seen.Keys.to_type(float32), seen.Values.to_type(float32));
            (queries, seen, mask) = (wide, new(keys, values), mask?.to_type(float32));
        }
        else if (queries.dtype != seen.Values.dtype || (mask is not null && mask.dtype != queries.dtype))
        {
            // Under Autocast what was multiplied is rounded, and what was turned or added is not.
            (queries, seen, mask) = (queries.to_type(seen.Values.dtype), seen with { Keys = seen.Keys.to_type(seen.Values.dtype) }, mask?.to_type(seen.Values.dtype));
        }

        if (captured is null)
        {
            using var exact = Autocast.Without(DeviceType.CPU);
            mixed = Ops.Attention(queries, seen.Keys, seen.Values, mask, scale, causal: false, pass.AttentionDropout);
        }
        else
        {
            var scores = Ops.MatMul(queries, seen.Keys.transpose(2, 3)).mul(tensor(scale, queries.dtype, queries.device));
            var attention = nn.functional.softmax(mask is null ? scores : Ops.Add(scores, mask), -1);
            captured.Add(attention.view(attention.size(0), heads, length, -1));
            mixed = Ops.MatMul(attention, seen.Values);
        }

        var apart = sharing > 1 ? mixed.reshape(mixed.size(0), heads, length, headWidth) : mixed;
        return o.Forward(apart.transpose(1, 2).flatten(2), pass);
    }

    /// <summary>Lets rows look each at its own entries of what a layer remembers, to which they are added: <c>[rows, width]</c> to the same.</summary>
    /// <param name="x">The rows' states.</param>
    /// <param name="rotation">How queries and keys turn; null when they do not.</param>
    /// <param name="memory">What the layer remembers.</param>
    /// <param name="view">What the rows see of it.</param>
    /// <param name="pass">The pass.</param>
    public Tensor Look(Tensor x, Rotation? rotation, PagedLayer memory, PagedView view, Pass pass)
    {
        var dtype = memory.Pool.Dtype;
        var (inner, keyInner) = (heads * headWidth, keyHeads * headWidth);
        Tensor? all = null, lying = null, turned = null;          // what is made together; the same of the pool's type; and queries and keys of it, turned
        if (pass.IsPacked && !q.ReadsApart(pass) && !k.ReadsApart(pass) && !v.ReadsApart(pass))
        {
            packed ??= Pack(pass.Arithmetic);
            all = packed.Forward(x);                              // [rows, inner + 2 * key inner]
            if (rotation is { } turn && !q.IsChanged(pass) && !k.IsChanged(pass))
            {
                turned = As(dtype, turn.Apply(new RowBlock(all, 0, all.size(1)).View([x.size(0), heads + keyHeads, 1, headWidth], [all.size(1), headWidth, headWidth, 1])));
            }
        }

        var queries = Part(q, 0, inner);
        memory.Append(Part(k, inner, keyInner), Part(v, inner + keyInner, keyInner));
        return Mix(queries, memory.Layer, view, x.dtype, pass);

        // What one projection makes: where it lies, unless it is changed or turned.
        RowBlock Part(Projection of, long offset, long width)
        {
            var turns = rotation is not null && of != v;
            if (turns && turned is not null)
            {
                return new(turned, offset, inner + keyInner);
            }

            if (all is not null && !turns && !of.IsChanged(pass))
            {
                return new(lying ??= As(dtype, all), offset, all.size(1));
            }

            var own = all is null ? of.Forward(x, pass) : of.Change(all.narrow(1, offset, width), x, pass);
            own = turns ? rotation!.Value.Apply(own.reshape(x.size(0), -1, 1, headWidth)).reshape(x.size(0), width) : own;
            return RowBlock.Of(As(dtype, own));
        }
    }

    /// <summary>Lets rows look each at its own entries of what the encoder made: <c>[rows, width]</c> to the same.</summary>
    public Tensor LookAcross(Tensor x, PagedLayer memory, Pass pass)
    {
        var queries = As(memory.Pool.Dtype, q.Forward(x, pass));
        return Mix(RowBlock.Of(queries), memory.Layer, memory.Memory!, x.dtype, pass);
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

    private PagedAttention.HeadShape Shape => new((int)heads, (int)keyHeads, (int)headWidth, (float)scale);

    private Tensor Mix(RowBlock queries, int layer, PagedView view, ScalarType dtype, Pass pass) => o.Forward(As(dtype, view.Look(layer, queries, Shape)), pass);

    private static Tensor As(ScalarType dtype, Tensor x) => x.dtype == dtype ? x : x.to_type(dtype);

    // One multiplication for all three: its rows are the queries', the keys' and the values' weights.
    private PackedLinear Pack(LinearArithmetic arithmetic)
    {
        using var scope = NewDisposeScope();
        var biases = new[] { q, k, v }.Select(p => p.Bias ?? zeros(p.Weight.size(0), dtype: p.Weight.dtype, device: p.Weight.device)).ToArray();
        var bias = q.Bias is null && k.Bias is null && v.Bias is null ? null : cat(biases, 0);
        return PackedLinear.Create(cat([q.Weight, k.Weight, v.Weight], 0), bias, arithmetic);
    }

    private (Tensor Queries, KeyValues Own) ReadPacked(Tensor x, Pass pass)
    {
        packed ??= Pack(pass.Arithmetic);
        var (inner, keyInner) = (heads * headWidth, keyHeads * headWidth);
        var all = packed.Forward(x);                              // [batch, length, inner + 2 * key inner]
        return (
            Split(q.Change(all.narrow(-1, 0, inner), x, pass), heads),
            new(Split(k.Change(all.narrow(-1, inner, keyInner), x, pass), keyHeads), Split(v.Change(all.narrow(-1, inner + keyInner, keyInner), x, pass), keyHeads)));
    }

    // [batch or 1, heads or 1, queries or 1, keys], or its last extents, to [batch or 1, key heads or 1, sharing * queries or 1, keys].
    private Tensor SideBySide(Tensor mask, long sharing)
    {
        while (mask.dim() < 4)
        {
            mask = mask.unsqueeze(0);
        }

        return mask.size(1) > 1 ? mask.reshape(mask.size(0), keyHeads, sharing * mask.size(2), mask.size(3))
            : mask.size(2) > 1 ? mask.repeat(1, 1, sharing, 1)
            : mask;
    }

    private Tensor Split(Tensor x, long count) => x.view(x.size(0), x.size(1), count, headWidth).transpose(1, 2);
}
