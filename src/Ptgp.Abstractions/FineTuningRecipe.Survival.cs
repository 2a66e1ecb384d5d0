using System.ComponentModel.DataAnnotations;

namespace Ptgp;

/// <content>What is kept, and when a training ends or goes back.</content>
public sealed partial record FineTuningRecipe
{
    /// <summary>Gets after how many evaluations without a better one training ends early. What is better, the plugin's first metric says. Since 1.4.</summary>
    /// <value>At least 1. Null, the default, goes on to the last step.</value>
    [Range(1, int.MaxValue)]
    public int? StopAfter { get; init; }

    /// <summary>Gets how many of the last checkpoints are kept, beside the best one. Since 1.4.</summary>
    /// <value>From 1 to 1000. The default is 1.</value>
    [Range(1, 1000)]
    public int KeepLast { get; init; } = 1;

    /// <summary>Gets what becomes of a step whose loss or gradient is no number. Since 1.4.</summary>
    /// <value>The default is <see cref="NonFiniteStep.Stop"/>.</value>
    public NonFiniteStep OnNonFinite { get; init; } = NonFiniteStep.Stop;

    /// <summary>Gets how evenly the steps of several tasks that are trained at once are mixed: a task's share goes with the size of its data to the power of one over this. 1 is as the data is, larger values favour small data. Since 1.4.</summary>
    /// <value>Above 0. The default is 2.</value>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double MixingTemperature { get; init; } = 2;
}

/// <summary>What becomes of a step whose loss or gradient is no number. Since 1.4.</summary>
public enum NonFiniteStep
{
    /// <summary>Training stops and names the examples.</summary>
    Stop,

    /// <summary>Nothing is learned from the step's batches, which are named; training goes on with the next. It stops after ten such steps in a row.</summary>
    Skip,

    /// <summary>Training goes back to the last checkpoint, and on with the data behind the step's batches, which are named. It stops when it has gone back three times to the same one.</summary>
    GoBack,
}
