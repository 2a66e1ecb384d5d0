namespace Ptgp.Host.Training;

/// <summary>Draws whose turn it is among tasks that are trained at once: each as often as the size of its data, to the power of one over a temperature, says.</summary>
/// <param name="sizes">How large the data of each is, in any unit.</param>
/// <param name="temperature">1 draws as the data is; the larger, the more evenly.</param>
/// <param name="seed">What is drawn follows from it and the step alone.</param>
internal sealed class Mixture(IReadOnlyList<double> sizes, double temperature, int seed)
{
    /// <summary>Draws a task.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="isOpen">Which of them may be drawn; null for all. At least one must.</param>
    public int Choose(int step, Func<int, bool>? isOpen = null)
    {
        var most = sizes.Max();
        double[] shares = [.. sizes.Select((size, task) => isOpen?.Invoke(task) != false ? Math.Pow(size / most, 1 / temperature) : 0)];
        // The multiplier only keeps the seeds of neighbours apart.
        var left = new Random(unchecked((seed * 1_000_003) + step)).NextDouble() * shares.Sum();
        var last = Array.FindLastIndex(shares, share => share > 0);
        return Math.Min(last, Array.FindIndex(shares, share => share > 0 && (left -= share) < 0) is var found and >= 0 ? found : last);
    }
}
