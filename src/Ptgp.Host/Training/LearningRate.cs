namespace Ptgp.Host.Training;

/// <summary>The learning rate of every optimizer step: a recipe's warm-up and schedule, as the reference's <c>get_scheduler</c> has them, or Adafactor's relative step.</summary>
internal sealed class LearningRate
{
    // What the reference takes for the warm-up of an inverse square root that has none.
    private const int DefaultTimescale = 10_000;

    private readonly FineTuningRecipe recipe;
    private readonly int warmup, steps, stable, decay;
    private readonly double floor;

    /// <summary>Initializes the rates that a recipe asks for.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="steps">How many steps there are, warm-up included.</param>
    /// <exception cref="UsageException">The recipe's fields do not go together.</exception>
    public LearningRate(FineTuningRecipe recipe, int steps)
    {
        if (recipe.MinLearningRate > recipe.LearningRate)
        {
            throw new UsageException(FormattableString.Invariant(
                $"The learning rate must end no higher than its peak of {recipe.LearningRate}, but minLearningRate is {recipe.MinLearningRate}. Lower it."));
        }

        (this.recipe, this.steps) = (recipe, steps);
        warmup = recipe.WarmupSteps ?? Share(recipe.Warmup);
        decay = recipe.DecaySteps ?? Share(0.1);
        stable = recipe.StableSteps ?? Math.Max(0, steps - warmup - decay);
        floor = recipe.MinLearningRate / recipe.LearningRate;

        // A share such as 0.1 is not exact in binary: 30 steps must not become 4 warm-up steps for 3.0000000000000004.
        int Share(double share) => (int)Math.Ceiling((share * steps) - 1e-9);
    }

    /// <summary>Gets the rate of a step, counted from 0.</summary>
    public double At(int step) => recipe is { Optimizer: OptimizerKind.Adafactor, RelativeStep: true }
        ? Math.Min(recipe.WarmupInit ? 1e-6 * (step + 1) : 1e-2, 1 / Math.Sqrt(step + 1))
        : recipe.LearningRate * (step < warmup ? Rise((double)step / warmup) : Fall(step));

    // Only the rate that is stable in between begins at its floor, as in the reference.
    private double Rise(double done)
    {
        var share = Down(recipe.WarmupShape, 1 - done);
        return recipe.Schedule == LearningRateSchedule.WarmupStableDecay ? AboveFloor(share) : share;
    }

    private double Fall(int step)
    {
        var done = Math.Min(1, (double)(step - warmup) / Math.Max(1, steps - warmup));
        return recipe.Schedule switch
        {
            LearningRateSchedule.Constant => 1,
            LearningRateSchedule.Linear => AboveFloor(1 - done),
            LearningRateSchedule.Polynomial => AboveFloor(Math.Pow(1 - done, recipe.Power)),
            LearningRateSchedule.Cosine => AboveFloor(Wave((recipe.Cycles ?? 0.5) * 2 * done)),
            LearningRateSchedule.CosineWithRestarts => AboveFloor(done < 1 ? Wave((recipe.Cycles ?? 1) * done % 1) : 0),
            LearningRateSchedule.InverseSquareRoot => Math.Max(floor, 1 / Math.Sqrt(1 + ((step - warmup) / (double)(recipe.Timescale ?? (warmup > 0 ? warmup : DefaultTimescale))))),
            LearningRateSchedule.WarmupStableDecay => AboveFloor(Down(recipe.DecayShape, Math.Clamp((step - warmup - stable) / (double)Math.Max(1, decay), 0, 1))),
            _ => throw new InvalidOperationException($"There is no schedule {recipe.Schedule}."),
        };
    }

    private double AboveFloor(double share) => floor + ((1 - floor) * share);

    private static double Down(LearningRateShape shape, double done) => shape switch
    {
        LearningRateShape.Linear => 1 - done,
        LearningRateShape.Cosine => Wave(done),
        LearningRateShape.SquareRoot => 1 - Math.Sqrt(done),
        _ => throw new InvalidOperationException($"There is no shape {shape}."),
    };

    private static double Wave(double turn) => 0.5 * (1 + Math.Cos(Math.PI * turn));
}
