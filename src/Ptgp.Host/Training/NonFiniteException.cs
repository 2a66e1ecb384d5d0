namespace Ptgp.Host.Training;

/// <summary>The loss of a step, or its gradient, is no number; nothing was learned.</summary>
internal sealed class NonFiniteException(double loss, double gradNorm) : Exception("Loss and gradient must be finite.")
{
    public double Loss => loss;

    public double GradNorm => gradNorm;
}
