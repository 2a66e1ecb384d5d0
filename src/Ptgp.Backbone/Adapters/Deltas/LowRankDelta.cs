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
    /// <param name="dropout">The share of what it reads that is dropped in training.</param>
    internal LowRankDelta(Tensor a, Tensor b, double scale, Tensor? bias = null, double dropout = 0) : base(nameof(LowRankDelta), bias)
    {
        Dropout = dropout;
        base.train(false);
        (A, B, Scale) = (Keep(nameof(A), a as Parameter ?? new(a)), Keep(nameof(B), new(b)), scale);
        factor = tensor(scale, A.dtype, A.device).DetachFromDisposeScope();
    }

    /// <summary>Gets the way down, float32 <c>[rank, in]</c>.</summary>
    public Parameter A { get; }

    /// <summary>Gets the way up, float32 <c>[out, rank]</c>.</summary>
    public Parameter B { get; }

    /// <summary>Gets what the delta is multiplied by.</summary>
    public double Scale { get; }

    /// <summary>Gets the share of what it reads that is dropped in training mode, in which it is not before <see cref="nn.Module.train"/>. The shared weights read all, and rows of tables are looked up whole.</summary>
    /// <value>From 0 up to but not including 1.</value>
    public double Dropout { get; }

    internal override bool Draws => training && Dropout > 0;

    /// <summary>Computes what is added to the projection's result, of what <see cref="Drop"/> leaves: <c>[…, in]</c> to <c>[…, out]</c>.</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.dtype == A.dtype
            ? nn.functional.linear(nn.functional.linear(x, A).mul(factor), B)   // where there are few values to multiply
            : Forward(x.to(A.dtype)).to(x.dtype);                 // deltas stay float32 on a backbone of 16 bits
    }

    /// <summary>Computes what is added to rows of a table of embeddings, whose ids are the delta's inputs: <c>[ids]</c> of int64 to float32 <c>[ids, out]</c>.</summary>
    internal Tensor LookUp(Tensor ids) => nn.functional.linear(A.index_select(1, ids).t(), B).mul(factor);

    internal override Tensor ChangeOutput(Tensor y, Tensor x, Tensor weight, Tensor? bias) => Rebias(Ops.Add(y, Forward(Drop(x))), bias);

    internal override (Tensor Weight, Tensor? Bias) Merge(Tensor weight, Tensor? bias) => (Sum(weight), Bias ?? bias);

    /// <summary>Drops a share in training, and makes up for it by the rest.</summary>
    private protected Tensor Drop(Tensor x) => Draws ? Ops.Dropout(x, Dropout) : x;

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
