namespace Ptgp.Host.Training;

/// <summary>The loss of a step, or its gradient, is no number; nothing was learned.</summary>
internal sealed class NonFiniteException(double loss, double gradNorm) : Exception("Loss and gradient must be finite.")
{
    public double Loss => loss;

    public double GradNorm => gradNorm;

    /// <summary>Says what must hold and what is.</summary>
    /// <param name="step">The step's number, from 0.</param>
    /// <param name="examples">What it was made of, in words.</param>
    public string Describe(int step, string examples) => $"Step {step + 1} must have a finite loss and gradient, but has {Loss} and {GradNorm}, on {examples} of the data.";
}
