using Ptgp.Host.Configuration;
using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>Makes optimizer steps of gradients that batches have left behind. Synchronous, on the device's thread.</summary>
internal sealed class Descent(Optimizer optimizer, FineTuningRecipe recipe)
{
    /// <summary>Begins a step.</summary>
    /// <param name="step">Its number from 0: what is drawn in it follows from the recipe's seed and this alone, so that a resumed run draws the same.</param>
    public void Begin(int step) => manual_seed(unchecked(((long)recipe.Seed * 1_000_003) + step));

    /// <summary>Averages the gradients by targets, cuts them and learns.</summary>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="sum">The summed loss of all batches, a scalar.</param>
    /// <param name="count">How many targets they have together.</param>
    /// <param name="whose">Whose loss it is, for the error.</param>
    /// <returns>The mean loss of a target, and the norm of the gradients before they were cut.</returns>
    /// <exception cref="UserException">The loss depends on nothing that is learned.</exception>
    /// <exception cref="NonFiniteException">The loss or its gradient is no number; nothing was learned.</exception>
    public (double Loss, double GradNorm) End(double learningRate, Tensor sum, long count, string whose)
    {
        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        var gradients = optimizer.Gradients();
        var norm = gradients.Count > 0 ? Gradients.AverageAndClip(gradients, count, recipe.MaxGradNorm, recipe.Clipping) : throw DependsOnNothing(whose);
        // The only place where the host waits for the device.
        var (mean, length) = (sum.item<double>() / count, (double)norm.item<float>());
        if (!double.IsFinite(mean) || !double.IsFinite(length))
        {
            optimizer.LetGo();
            throw new NonFiniteException(mean, length);
        }

        optimizer.Step(learningRate);
        return (mean, length);
    }

    /// <summary>Says that a loss depends on nothing that is learned.</summary>
    public UserException DependsOnNothing(string whose) =>
        new($"The loss of {whose} must depend on what is trained, but does not. Choose another tuning than '{OptionTypes.Choice(recipe.Tuning.ToString())}', or other targets.");
}
