namespace Ptgp.Host.Training;

/// <summary>The learning rate of every optimizer step: a recipe's warm-up and schedule, as the reference's <c>get_scheduler</c> has them.</summary>
/// <param name="peak">The rate after warm-up.</param>
/// <param name="schedule">How it goes on.</param>
/// <param name="warmupSteps">How many steps it rises for, in a straight line from 0: the first of them changes nothing.</param>
/// <param name="steps">How many steps there are, warm-up included.</param>
internal sealed class LearningRate(double peak, LearningRateSchedule schedule, int warmupSteps, int steps)
{
    // What the reference takes for the warm-up of an inverse square root that has none.
    private const int DefaultTimescale = 10_000;

    /// <summary>Gets the rates that a recipe asks for.</summary>
    public static LearningRate Of(FineTuningRecipe recipe, int steps)
    {
        // A share such as 0.1 is not exact in binary: 30 steps must not become 4 warm-up steps for 3.0000000000000004.
        var warmup = (int)Math.Ceiling((recipe.Warmup * steps) - 1e-9);
        return new(recipe.LearningRate, recipe.Schedule, warmup, steps);
    }

    /// <summary>Gets the rate of a step, counted from 0.</summary>
    public double At(int step)
    {
        if (step < warmupSteps)
        {
            return peak * step / warmupSteps;
        }

        var done = Math.Min(1, (double)(step - warmupSteps) / Math.Max(1, steps - warmupSteps));
        return peak * schedule switch
        {
            LearningRateSchedule.Constant => 1,
            LearningRateSchedule.Linear => 1 - done,
            LearningRateSchedule.Cosine => 0.5 * (1 + Math.Cos(Math.PI * done)),
            LearningRateSchedule.InverseSquareRoot => 1 / Math.Sqrt(warmupSteps > 0 ? (double)step / warmupSteps : 1 + ((double)step / DefaultTimescale)),
            _ => throw new InvalidOperationException($"There is no schedule {schedule}."),
        };
    }
}
