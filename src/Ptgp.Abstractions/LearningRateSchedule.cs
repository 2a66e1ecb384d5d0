namespace Ptgp;

/// <summary>How the learning rate goes on after warm-up. Where it falls, it falls to <see cref="FineTuningRecipe.MinLearningRate"/>.</summary>
public enum LearningRateSchedule
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>It falls in a straight line.</summary>
    Linear,

    /// <summary>It falls along half a cosine (Loshchilov and Hutter 2017); see <see cref="FineTuningRecipe.Cycles"/>.</summary>
    Cosine,

    /// <summary>It falls with the inverse square root of the step (Vaswani et al. 2017); see <see cref="FineTuningRecipe.Timescale"/>.</summary>
    InverseSquareRoot,

    /// <summary>It falls along a power of the share of steps that remain; see <see cref="FineTuningRecipe.Power"/>. Since 1.4.</summary>
    Polynomial,

    /// <summary>It falls along half a cosine and starts again from the peak; see <see cref="FineTuningRecipe.Cycles"/>. Since 1.4.</summary>
    CosineWithRestarts,

    /// <summary>It stays, and falls in the last steps (Hu et al. 2024); see <see cref="FineTuningRecipe.DecaySteps"/>. Since 1.4.</summary>
    WarmupStableDecay,
}

/// <summary>Along what a learning rate rises or falls. Since 1.4.</summary>
public enum LearningRateShape
{
    /// <summary>A straight line.</summary>
    Linear,

    /// <summary>Half a cosine.</summary>
    Cosine,

    /// <summary>One less the square root of what is gone (Hägele et al. 2024).</summary>
    SquareRoot,
}
