using System.ComponentModel.DataAnnotations;

namespace Ptgp;

// How gradients become steps.
public sealed partial record FineTuningRecipe
{
    /// <summary>Gets how gradients become steps. Since 1.4.</summary>
    /// <value>The default is <see cref="OptimizerKind.AdamW"/>.</value>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.AdamW;

    /// <summary>Gets how much of the running mean of gradients stays at a step of AdamW, Adam or Adafactor. Since 1.4.</summary>
    /// <value>From 0 up to but not including 1. Null, the default, is 0.9, and no such mean for Adafactor.</value>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double? Beta1 { get; init; }

    /// <summary>Gets how much of the running mean of squared gradients stays at a step of AdamW or Adam. Since 1.4.</summary>
    /// <value>From 0 up to but not including 1. The default is 0.999.</value>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Gets what AdamW and Adam add to the root of the mean square, and Adafactor to squared gradients. Since 1.4.</summary>
    /// <value>At least 0. Null, the default, is 1e-8, and 1e-30 for Adafactor.</value>
    [Range(0, double.MaxValue)]
    public double? Epsilon { get; init; }

    /// <summary>Gets whether AdamW and Adam divide by the greatest mean square so far instead of the last (Reddi et al. 2018). Since 1.4.</summary>
    /// <value>The default is false.</value>
    public bool AmsGrad { get; init; }

    /// <summary>Gets how much of the velocity stays at a step of gradient descent. Since 1.4.</summary>
    /// <value>From 0 up to but not including 1. The default is 0: gradients alone.</value>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Momentum { get; init; }

    /// <summary>Gets how much of a gradient does not go into the velocity. Since 1.4.</summary>
    /// <value>From 0 to 1. The default is 0.</value>
    [Range(0.0, 1.0)]
    public double Dampening { get; init; }

    /// <summary>Gets whether gradient descent looks ahead along the velocity, which takes <see cref="Momentum"/> and no <see cref="Dampening"/>. Since 1.4.</summary>
    /// <value>The default is false.</value>
    public bool Nesterov { get; init; }

    /// <summary>Gets whether Adafactor's steps are relative to the parameters, multiplied by their root mean square. Since 1.4.</summary>
    /// <value>The default is false.</value>
    public bool ScaleParameter { get; init; }

    /// <summary>Gets the least root mean square that <see cref="ScaleParameter"/> multiplies by, so that parameters at 0 move. Since 1.4.</summary>
    /// <value>Above 0. The default is 0.001.</value>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double ScaleEpsilon { get; init; } = 1e-3;

    /// <summary>Gets whether Adafactor makes its learning rate itself, the inverse square root of the step and at most 0.01; learning rate, schedule and warm-up then say nothing. Since 1.4.</summary>
    /// <value>The default is false.</value>
    public bool RelativeStep { get; init; }

    /// <summary>Gets whether the rate of <see cref="RelativeStep"/> rises at first, from 1e-6 by as much a step. Since 1.4.</summary>
    /// <value>The default is false.</value>
    public bool WarmupInit { get; init; }

    /// <summary>Gets the root mean square to which Adafactor's longer steps are cut, before they are multiplied by the learning rate. Since 1.4.</summary>
    /// <value>Above 0. The default is 1.</value>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double ClipThreshold { get; init; } = 1;

    /// <summary>Gets the power of the step that, taken from 1, is how much of Adafactor's running means of squared gradients stays. Since 1.4.</summary>
    /// <value>From -1 up to but not including 0. The default is -0.8.</value>
    [Range(-1.0, 0.0, MaximumIsExclusive = true)]
    public double DecayRate { get; init; } = -0.8;

    /// <summary>Gets what of gradients is cut, to <see cref="MaxGradNorm"/>. Since 1.4.</summary>
    /// <value>The default is <see cref="GradientClipping.Norm"/>.</value>
    public GradientClipping Clipping { get; init; } = GradientClipping.Norm;
}
