using Ptgp.Backbone.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>A product of two narrow matrices added to a projection's weights (LoRA, Hu et al. 2021): <c>x·Wᵀ + scale · (x·Aᵀ)·Bᵀ</c>.</summary>
public class LowRankDelta : ProjectionDelta
{
    private readonly Tensor factor;

    /// <summary>Initializes a delta.</summary>
    /// <param name="a">The way down, <c>[rank, in]</c>; projections that a checkpoint stores as one share it.</param>
    /// <param name="b">The way up, <c>[out, rank]</c>.</param>
    /// <param name="scale">What the product is multiplied by.</param>
    /// <param name="bias">The bias that stands for the projection's own, <c>[out]</c>; null where that stays.</param>
    internal LowRankDelta(Tensor a, Tensor b, double scale, Tensor? bias = null) : base(nameof(LowRankDelta), bias)
    {
        (A, B, Scale) = (Keep(nameof(A), a as Parameter ?? new(a)), Keep(nameof(B), new(b)), scale);
        factor = tensor(scale, A.dtype, A.device).DetachFromDisposeScope();
    }

    /// <summary>Gets the way down, float32 <c>[rank, in]</c>.</summary>
    public Parameter A { get; }

    /// <summary>Gets the way up, float32 <c>[out, rank]</c>.</summary>
    public Parameter B { get; }

    /// <summary>Gets what the delta is multiplied by.</summary>
    public double Scale { get; }

    /// <summary>Computes what is added to the projection's result: <c>[…, in]</c> to <c>[…, out]</c>.</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.dtype == A.dtype
            ? nn.functional.linear(nn.functional.linear(x, A), B).mul(factor)
            : Forward(x.to(A.dtype)).to(x.dtype);                 // deltas stay float32 on a backbone of 16 bits
    }

    /// <summary>Computes what is added to rows of a table of embeddings, whose ids are the delta's inputs: <c>[ids]</c> of int64 to float32 <c>[ids, out]</c>.</summary>
    internal Tensor LookUp(Tensor ids) => nn.functional.linear(A.index_select(1, ids).t(), B).mul(factor);

    internal override Tensor ChangeOutput(Tensor y, Tensor x, Tensor weight, Tensor? bias) => Rebias(Ops.Add(y, Forward(x)), bias);

    internal override (Tensor Weight, Tensor? Bias) Merge(Tensor weight, Tensor? bias) => (Sum(weight), Bias ?? bias);

    /// <summary>Adds the product to weights, <c>[out, in]</c>.</summary>
    private protected Tensor Sum(Tensor weight) => Ops.Add(weight, B.mm(A).mul(factor));

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            factor.Dispose();
        }

        base.Dispose(disposing);
    }
}
