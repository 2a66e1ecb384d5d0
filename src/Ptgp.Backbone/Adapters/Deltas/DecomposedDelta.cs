using Ptgp.Backbone.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>A low-rank delta that turns each output's weights, whose length is learned apart (DoRA, Liu et al. 2024): <c>x·(m · V / ‖V‖)ᵀ</c> with <c>V = W + scale · B·A</c> and the norm over the inputs.</summary>
public sealed class DecomposedDelta : LowRankDelta
{
    private Tensor? stretch;                                      // [out]: m / ‖V‖, kept as long as nothing learns

    internal DecomposedDelta(Tensor a, Tensor b, double scale, Tensor magnitudes, Tensor? bias = null, double dropout = 0) : base(a, b, scale, bias, dropout) =>
        Magnitudes = Keep(nameof(Magnitudes), new(magnitudes));

    /// <summary>Gets the length of each output's weights, float32 <c>[out]</c>.</summary>
    public Parameter Magnitudes { get; }

    /// <summary>Sets training or evaluation mode. Either forgets what follows from weights that may have changed.</summary>
    public override void train(bool train = true)
    {
        base.train(train);
        Forget();
    }

    internal override Tensor ChangeOutput(Tensor y, Tensor x, Tensor weight, Tensor? bias)
    {
        if (Draws)
        {
            return ChangeDropped(y, Drop(x.to_type(A.dtype)), weight, bias);
        }

        var plain = (bias is null ? y : y - bias).to_type(A.dtype);
        var turned = Ops.Add(plain, Forward(x.to_type(A.dtype))) * Stretch(weight);
        return ((Bias ?? bias) is { } added ? Ops.Add(turned, added) : turned).to_type(y.dtype);
    }

    internal override (Tensor Weight, Tensor? Bias) Merge(Tensor weight, Tensor? bias)
    {
        var sum = Sum(weight);
        return (sum * (Magnitudes / Norm(sum)).unsqueeze(1), Bias ?? bias);
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Forget();
        }

        base.Dispose(disposing);
    }

    /// <summary>Gets the length of each output's weights: <c>[out, in]</c> to <c>[out]</c>.</summary>
    internal static Tensor Norm(Tensor weight) => weight.mul(weight).sum(1).sqrt();

    // What turning and stretching add is computed from what was not dropped, as the reference does; what the shared weights made stays whole.
    private Tensor ChangeDropped(Tensor y, Tensor kept, Tensor weight, Tensor? bias)
    {
        var plain = nn.functional.linear(kept, weight.to_type(A.dtype));
        var added = (Ops.Add(plain, Forward(kept)) * Stretch(weight)) - plain;
        return Rebias(Ops.Add(y, added.to_type(y.dtype)), bias);
    }

    // The norm is held constant when gradients are computed, as section 4.3 of the paper proposes and the reference does.
    private Tensor Stretch(Tensor weight)
    {
        if (!is_grad_enabled() && stretch is not null)
        {
            return stretch;
        }

        using var scope = NewDisposeScope();
        Tensor norm;
        using (no_grad())
        {
            norm = Norm(Sum(weight.to_type(A.dtype)));
        }

        if (is_grad_enabled())
        {
            Forget();
            return (Magnitudes / norm).MoveToOuterDisposeScope();
        }

        return stretch = (Magnitudes / norm).DetachFromDisposeScope();
    }

    private void Forget()
    {
        stretch?.Dispose();
        stretch = null;
    }
}
