using Ptgp.Backbone.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What a task changes about one projection of a shared backbone, whose own weights stay as they are.</summary>
public abstract class ProjectionDelta : nn.Module
{
    private protected ProjectionDelta(string kind, Tensor? bias) : base(kind)
    {
        Bias = bias is null ? null : Keep("bias", new Parameter(bias));
    }

    /// <summary>Gets the bias that stands for the projection's own, float32 <c>[out]</c>; null where that stays.</summary>
    public Parameter? Bias { get; }

    /// <summary>Gets whether anything is dropped by lot now.</summary>
    internal virtual bool Draws => false;

    /// <summary>Gets whether the projection reads something else than it would without, so that it cannot be computed together with others.</summary>
    internal virtual bool ChangesInput => false;

    /// <summary>Makes what the projection reads: <c>[…, in]</c> to the same.</summary>
    internal virtual Tensor ChangeInput(Tensor x) => x;

    /// <summary>Makes what the projection gives.</summary>
    /// <param name="y">What the shared weights made, <c>[…, out]</c>.</param>
    /// <param name="x">What they read, after <see cref="ChangeInput"/>, <c>[…, in]</c>.</param>
    /// <param name="weight">The shared weights, <c>[out, in]</c>.</param>
    /// <param name="bias">The shared bias, <c>[out]</c>; null for none.</param>
    internal abstract Tensor ChangeOutput(Tensor y, Tensor x, Tensor weight, Tensor? bias);

    /// <summary>Computes weights and bias that do alone, in float32, what the shared ones do with this.</summary>
    /// <param name="weight">The shared weights, float32 <c>[out, in]</c>.</param>
    /// <param name="bias">The shared bias, float32 <c>[out]</c>; null for none.</param>
    internal abstract (Tensor Weight, Tensor? Bias) Merge(Tensor weight, Tensor? bias);

    /// <summary>Keeps a parameter for as long as this lives; one that several share may be kept by each.</summary>
    private protected Parameter Keep(string name, Parameter parameter)
    {
        parameter.DetachFromDisposeScope();
        register_parameter(name, parameter);
        return parameter;
    }

    /// <summary>Replaces the shared bias in <paramref name="y"/> by this one's.</summary>
    private protected Tensor Rebias(Tensor y, Tensor? bias) => Bias is null ? y : Ops.Add(y, (Bias - bias!).to_type(y.dtype));
}
