using System.Text.Json.Nodes;
using Ptgp.Host.Training.Reports;

namespace Ptgp.Host.Commands;

/// <summary>What the losses at rising rates say of the rates.</summary>
/// <param name="Points">The rates tried, and the loss at each.</param>
/// <param name="First">How many of them were left out at the beginning, the first tenth.</param>
/// <param name="Smoothed">The losses of those that follow, smoothed, up to where they are lowest; what comes after is left out.</param>
/// <param name="Steepest">The rate at which the smoothed loss falls most steeply over the rate's logarithm: a peak for a schedule with warm-up. Null where it does not fall.</param>
/// <param name="Lowest">The rate at which the smoothed loss is lowest.</param>
/// <param name="Fall">How far the smoothed loss falls.</param>
/// <param name="Needed">How far it must fall to be told from what batches differ by.</param>
internal sealed record FoundRate(IReadOnlyList<(double Rate, double Loss)> Points, int First, double[] Smoothed, double? Steepest, double Lowest, double Fall, double Needed)
{
    // A slope is taken over that many steps to each side.
    private const int Reach = 8, Fewest = 21;

    private const double Factor = 0.9, Rounding = 1e-9;

    // Of a normal distribution, the standard deviation over the median of what two draws differ by; and how many deviations the smoothed losses of noise alone hardly ever fall by.
    private const double DeviationOfDifferences = 1.4826 / 1.41421356, Rare = 1.25;

    /// <summary>Smooths the losses up to each step, to see whether they run away.</summary>
    public static double[] SmoothSoFar(IEnumerable<(double Rate, double Loss)> points) => Smoothing.Average([.. points.Select(point => point.Loss)], Factor);

    /// <summary>Looks for the rates. The smoothing looks to both sides, since what looks back alone is late by nine steps, a factor of four of the rate; and it must not see the losses that run away.</summary>
    /// <param name="points">The rates, rising by a constant factor, and the loss at each.</param>
    /// <exception cref="UserException">There are too few.</exception>
    public static FoundRate Of(IReadOnlyList<(double Rate, double Loss)> points)
    {
        if (points.Count < Fewest)
        {
            throw new UserException($"To find a learning rate there must be {Fewest} steps or more, but the loss ran away after {points.Count}. Look whether the data or the loss is what it should be.");
        }

        var first = points.Count / 10;
        var soFar = SmoothSoFar(points.Skip(first));
        double[] differences = [.. points.Skip(first).Zip(points.Skip(first + 1), (one, next) => Math.Abs(next.Loss - one.Loss)).Order()];
        // The lowest mean so far, which is late: what lies behind is on its way up.
        var end = Enumerable.Range(first, soFar.Length - first).MinBy(step => soFar[step]) + 1;
        var smoothed = Smoothing.AverageBothWays([.. points.Skip(first).Take(end).Select(point => point.Loss)], Factor);
        var lowest = Enumerable.Range(0, end).MinBy(step => smoothed[step]);
        var fall = smoothed.Take(first).Average() - smoothed[lowest];
        var needed = Math.Max(Rare * DeviationOfDifferences * differences[differences.Length / 2], Rounding * Math.Abs(smoothed[lowest]));
        double? steepest = fall > needed ? points[first + Enumerable.Range(0, Math.Max(1, lowest - Reach)).MinBy(Slope)].Rate : null;
        return new(points, first, smoothed, steepest, points[first + lowest].Rate, fall, needed);

        // Of the straight line that is nearest, a step; rates rise by the same factor each.
        double Slope(int step)
        {
            var around = Enumerable.Range(step - Reach, (2 * Reach) + 1).Where(index => index >= 0 && index < end).ToList();
            var center = around.Average();
            return around.Sum(index => (index - center) * smoothed[index]) / around.Sum(index => (index - center) * (index - center));
        }
    }

    /// <summary>Says it in a line.</summary>
    public string AsText()
    {
        var tried = FormattableString.Invariant($"({Points.Count} steps, {Points[0].Rate:0.0e+0} to {Points[^1].Rate:0.0e+0})");
        return Steepest is { } steepest
            ? FormattableString.Invariant($"The loss falls most steeply at {steepest:0.0e+0} and is lowest at {Lowest:0.0e+0} {tried}. Begin with --recipe learningRate={steepest:0.0e+0}.")
            : FormattableString.Invariant($"No rate can be suggested: the loss must fall by more than {Needed:0.000} to be told from what batches differ by, but it falls by {Math.Max(0, Fall):0.000} {tried}. Make batches larger (batchSize, accumulation), or look whether the task is learned already.");
    }

    /// <summary>Says it for scripts.</summary>
    public JsonObject AsJson() => new()
    {
        ["suggested"] = Steepest,
        ["steepest"] = Steepest,
        ["lowest"] = Lowest,
        ["fall"] = Fall,
        ["needed"] = Needed,
        ["points"] = new JsonArray([.. Points.Select(point => new JsonObject { ["learningRate"] = point.Rate, ["loss"] = point.Loss })]),
    };
}
