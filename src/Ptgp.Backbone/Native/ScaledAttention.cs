using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>Attention with a scale of the caller's, which TorchSharp's own lacks: T5 scales by 1.</summary>
internal static class ScaledAttention
{
    private static readonly Scalar unseen = float.NegativeInfinity;

    private static readonly bool hasScaled = SelfTest.Passes(
        () => Scaled(SelfTest.Numbers(1, 2, 3, 4), SelfTest.Numbers(1, 2, 5, 4), SelfTest.Numbers(1, 2, 5, 4), SelfTest.Numbers(3, 5), 0.7, false, 0),
        () => Rescaled(SelfTest.Numbers(1, 2, 3, 4), SelfTest.Numbers(1, 2, 5, 4), SelfTest.Numbers(1, 2, 5, 4), SelfTest.Numbers(3, 5), 0.7, false, 0));

    // Before the first attention of all.
    static ScaledAttention() => GpuAttention.LeaveOutCudnn();

    public static Tensor Attend(Tensor q, Tensor k, Tensor v, Tensor? mask, double scale, bool causal, double dropout) =>
        dropout > 0 && !causal && NearDropout.Fits(q) ? Dropping(q, k, v, mask, scale, dropout) : hasScaled ? Scaled(q, k, v, mask, scale, causal, dropout) : Rescaled(q, k, v, mask, scale, causal, dropout);

    public static Tensor Scaled(Tensor q, Tensor k, Tensor v, Tensor? mask, double scale, bool causal, double dropout)
    {
        // scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask, float dropout_p, bool is_causal, *, float? scale, bool enable_gqa)
        Span<ulong> stack =
        [
            Dispatcher.From(q), Dispatcher.From(k), Dispatcher.From(v), Dispatcher.Optional(mask),
            Dispatcher.From(dropout), Dispatcher.From(causal), Dispatcher.Optional(scale), Dispatcher.From(false),
        ];
        return Dispatcher.Call("aten::scaled_dot_product_attention\0"u8, stack);
    }

    // As libtorch does it where anything is dropped, but for the lots.
    public static Tensor Dropping(Tensor q, Tensor k, Tensor v, Tensor? mask, double scale, double dropout)
    {
        using var scope = NewDisposeScope();
        var scores = Ops.MatMul(scale == 1 ? q : q.mul(tensor(scale, q.dtype)), k.transpose(2, 3));
        if (mask is not null)
        {
            scores = mask.dtype == ScalarType.Bool ? scores.masked_fill(mask.logical_not(), unseen) : Ops.Add(scores, mask);
        }

        return Ops.MatMul(Ops.Dropout(nn.functional.softmax(scores, -1), dropout), v).MoveToOuterDisposeScope();
    }

    // TorchSharp's divides by the root of the width.
    public static Tensor Rescaled(Tensor q, Tensor k, Tensor v, Tensor? mask, double scale, bool causal, double dropout)
    {
        using var factor = tensor(scale * Math.Sqrt(q.size(3)), q.dtype, q.device);
        using var scaled = q.mul(factor);
        return nn.functional.scaled_dot_product_attention(scaled, k, v, mask, dropout, causal);
    }
}
