using System.ComponentModel.DataAnnotations;

namespace Ptgp;

// Which weights a task uses of all that training went through.
public sealed partial record FineTuningRecipe
{
    /// <summary>Gets over how many of the last evaluations weights are averaged at the end of training. The average is evaluated too, and used unless one of them was better. Since 1.4.</summary>
    /// <value>From 2 to 1000. Null, the default, averages none.</value>
    [Range(2, 1000)]
    public int? AverageLast { get; init; }

    /// <summary>Gets over how many of the best evaluations weights are averaged at the end of training; otherwise as <see cref="AverageLast"/>, which does not go with it. Since 1.4.</summary>
    /// <value>From 2 to 1000. Null, the default, averages none.</value>
    [Range(2, 1000)]
    public int? AverageBest { get; init; }

    /// <summary>Gets how much of a moving average of the weights stays at a step. With one, it is what is evaluated and used, and of what <see cref="AverageLast"/> and <see cref="AverageBest"/> take the mean. Since 1.4.</summary>
    /// <value>Between 0 and 1. Null, the default, is none.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double? Ema { get; init; }
}
