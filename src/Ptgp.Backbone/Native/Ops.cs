using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>Operations that TorchSharp lacks or leaves dangerous.</summary>
public static class Ops
{
    /// <summary>Multiplies batches of matrices.</summary>
    public static Tensor MatMul(Tensor a, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(a);
        return einsum("...ij,...jk->...ik", a, b);
    }

    /// <summary>Normalizes to root mean square 1.</summary>
    public static Tensor RmsNorm(Tensor x, Tensor weight, double eps)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x * rsqrt(x.pow(2).mean([-1], true) + eps) * weight;
    }

    /// <summary>Lets queries look at keys, scores multiplied by <paramref name="scale"/>.</summary>
    public static Tensor Attention(Tensor q, Tensor k, Tensor v, Tensor? mask, double scale, bool causal, double dropout)
    {
        ArgumentNullException.ThrowIfNull(q);
        return nn.functional.scaled_dot_product_attention(q * (scale * Math.Sqrt(q.size(3))), k, v, mask, dropout, causal);
    }
}
