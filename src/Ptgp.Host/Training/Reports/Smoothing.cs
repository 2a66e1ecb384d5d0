namespace Ptgp.Host.Training.Reports;

/// <summary>Smooths noisy figures.</summary>
internal static class Smoothing
{
    /// <summary>Averages each figure with those before it, whose weight falls by a factor a step; early ones are corrected for what is missing. What is no number is passed over.</summary>
    public static double[] Average(IReadOnlyList<double> figures, double factor)
    {
        var (sum, weight) = (0.0, 0.0);
        return [.. figures.Select(figure =>
        {
            (sum, weight) = double.IsFinite(figure) ? ((factor * sum) + ((1 - factor) * figure), (factor * weight) + 1 - factor) : (sum, weight);
            return weight > 0 ? sum / weight : double.NaN;
        })];
    }

    /// <summary>Averages each figure with those before and behind it, whose weight falls by a factor a step; ends are corrected for what is missing. All must be numbers.</summary>
    public static double[] AverageBothWays(IReadOnlyList<double> figures, double factor) => [.. figures.Select((_, place) =>
    {
        var (sum, weight) = (0.0, 0.0);
        foreach (var (other, figure) in figures.Index())
        {
            var share = Math.Pow(factor, Math.Abs(other - place));
            (sum, weight) = (sum + (share * figure), weight + share);
        }

        return sum / weight;
    })];
}
