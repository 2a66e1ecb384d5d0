using System.Text.Json.Nodes;
using Ptgp.Host.Training.Reports;

namespace Ptgp.Host.Commands;

/// <summary>What the losses at rising rates say of the rates.</summary>
/// <param name="Points">The rates tried, and the loss at each.</param>
/// <param name="Smoothed">The losses, smoothed, up to where they are lowest; what comes after is left out.</param>
/// <param name="Steepest">The rate at which the smoothed loss falls most steeply over the rate's logarithm: a peak for a schedule with warm-up. Null where it does not fall.</param>
/// <param name="Lowest">The rate at which the smoothed loss is lowest.</param>
/// <param name="Fall">How far the smoothed loss falls below that of the ramp's first tenth.</param>
/// <param name="Noise">How much losses of neighbouring steps differ, as a standard deviation.</param>
internal sealed record FoundRate(IReadOnlyList<(double Rate, double Loss)> Points, double[] Smoothed, double? Steepest, double Lowest, double Fall, double Noise)
{
    // A slope is taken over that many steps to each side.
    private const int Reach = 5;

    private const double Factor = 0.9, Rounding = 1e-9;

    // Of a normal distribution, the standard deviation over the median of what two draws differ by.
    private const double DeviationOfDifferences = 1.4826 / 1.41421356;

    /// <summary>Smooths the losses up to each step, to see whether they run away.</summary>
    public static double[] SmoothSoFar(IReadOnlyList<(double Rate, double Loss)> points) => Smoothing.Average([.. points.Select(point => point.Loss)], Factor);

    /// <summary>Looks for the rates. The smoothing looks to both sides, since what looks back alone is late by nine steps, a factor of four of the rate; and it must not see the losses that run away.</summary>
    /// <param name="points">The rates, rising by a constant factor, and the loss at each.</param>
    /// <exception cref="UserException">There are too few.</exception>
    public static FoundRate Of(IReadOnlyList<(double Rate, double Loss)> points)
    {
        if (points.Count < (4 * Reach) + 1)
        {
            throw new UserException($"To find a learning rate there must be {(4 * Reach) + 1} steps or more, but the loss ran away after {points.Count}. Look whether the data or the loss is what it should be.");
        }

        var soFar = SmoothSoFar(points);
        var start = points.Count / 10;
        var end = Enumerable.Range(start, points.Count - start).MinBy(step => soFar[step]) + 1;
        double[] losses = [.. points.Take(end).Select(point => point.Loss)];
        var smoothed = Smoothing.AverageBothWays(losses, Factor);
        var lowest = Enumerable.Range(start, end - start).MinBy(step => smoothed[step]);
        double[] differences = [.. losses.Zip(losses.Skip(1), (one, next) => Math.Abs(next - one)).Order()];
        var noise = differences.Length > 0 ? differences[differences.Length / 2] * DeviationOfDifferences : 0;
        var fall = smoothed.Take(start).Average() - smoothed[lowest];

        // Of losses that are noise alone, the lowest mean is about a quarter of their deviation below the others, and that is uncertain by as much.
        double? steepest = fall > Math.Max(noise, Rounding * Math.Abs(smoothed[lowest])) ? points[Enumerable.Range(start, Math.Max(1, lowest - start)).MinBy(Slope)].Rate : null;
        return new(points, smoothed, steepest, points[lowest].Rate, fall, noise);

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
            : FormattableString.Invariant($"No rate can be suggested: the loss must fall by more than batches differ ({Noise:0.000}), but it falls by {Math.Max(0, Fall):0.000} {tried}. Make batches larger (batchSize, accumulation), or look whether the task is learned already.");
    }

    /// <summary>Says it for scripts.</summary>
    public JsonObject AsJson() => new()
    {
        ["suggested"] = Steepest,
        ["steepest"] = Steepest,
        ["lowest"] = Lowest,
        ["fall"] = Fall,
        ["noise"] = Noise,
        ["points"] = new JsonArray([.. Points.Select(point => new JsonObject { ["learningRate"] = point.Rate, ["loss"] = point.Loss })]),
    };
}
