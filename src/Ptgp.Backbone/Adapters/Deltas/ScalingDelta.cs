using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>A factor for each thing that a projection gives, bias included, or for each that it reads ((IA)³, Liu et al. 2022).</summary>
public sealed class ScalingDelta : ProjectionDelta
{
    internal ScalingDelta(Tensor factors, bool ofInputs) : base(nameof(ScalingDelta), null) =>
        (Factors, ChangesInput) = (Keep(nameof(Factors), factors as Parameter ?? new(factors)), ofInputs);

    /// <summary>Gets the factors, float32 <c>[in]</c> or <c>[out]</c>.</summary>
    public Parameter Factors { get; }

    internal override bool ChangesInput { get; }

    internal override Tensor ChangeInput(Tensor x) => ChangesInput ? x * Factors.to_type(x.dtype) : x;

    internal override Tensor ChangeOutput(Tensor y, Tensor x, Tensor weight, Tensor? bias) => ChangesInput ? y : y * Factors.to_type(y.dtype);

    internal override (Tensor Weight, Tensor? Bias) Merge(Tensor weight, Tensor? bias) =>
        ChangesInput ? (weight * Factors, bias) : (weight * Factors.unsqueeze(1), bias is null ? null : bias * Factors);
}
