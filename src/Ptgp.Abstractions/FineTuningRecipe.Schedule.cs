using System.ComponentModel.DataAnnotations;

namespace Ptgp;

// How the learning rate goes.
public sealed partial record FineTuningRecipe
{
    /// <summary>Gets how many steps are spent warming up. Since 1.4.</summary>
    /// <value>At least 0. Null, the default, leaves it to the share <see cref="Warmup"/>.</value>
    [Range(0, int.MaxValue)]
    public int? WarmupSteps { get; init; }

    /// <summary>Gets along what the learning rate rises in warm-up. Since 1.4.</summary>
    /// <value>The default is <see cref="LearningRateShape.Linear"/>.</value>
    public LearningRateShape WarmupShape { get; init; } = LearningRateShape.Linear;

    /// <summary>Gets the learning rate below which the schedule does not fall. Under <see cref="LearningRateSchedule.WarmupStableDecay"/> warm-up begins there too. Since 1.4.</summary>
    /// <value>From 0 to the peak. The default is 0.</value>
    [Range(0.0, 1.0)]
    public double MinLearningRate { get; init; }

    /// <summary>Gets the power of a polynomial schedule. Since 1.4.</summary>
    /// <value>Above 0. The default is 1: a straight line.</value>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double Power { get; init; } = 1;

    /// <summary>Gets how many turns a cosine makes, down and up again; with restarts, how often it falls. Since 1.4.</summary>
    /// <value>Above 0. Null, the default, is a half, down alone; with restarts 1.</value>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double? Cycles { get; init; }

    /// <summary>Gets the steps in which an inverse square root falls to 1/√2, counted from the end of warm-up. Since 1.4.</summary>
    /// <value>At least 1. Null, the default, is as many as warm-up has, or 10000 without warm-up.</value>
    [Range(1, int.MaxValue)]
    public int? Timescale { get; init; }

    /// <summary>Gets in how many steps <see cref="LearningRateSchedule.WarmupStableDecay"/> falls. Since 1.4.</summary>
    /// <value>At least 1. Null, the default, is a tenth of all steps.</value>
    [Range(1, int.MaxValue)]
    public int? DecaySteps { get; init; }

    /// <summary>Gets for how many steps <see cref="LearningRateSchedule.WarmupStableDecay"/> stays. Since 1.4.</summary>
    /// <value>At least 0. Null, the default, is what warm-up and decay leave.</value>
    [Range(0, int.MaxValue)]
    public int? StableSteps { get; init; }

    /// <summary>Gets along what <see cref="LearningRateSchedule.WarmupStableDecay"/> falls. Since 1.4.</summary>
    /// <value>The default is <see cref="LearningRateShape.Cosine"/>.</value>
    public LearningRateShape DecayShape { get; init; } = LearningRateShape.Cosine;
}
