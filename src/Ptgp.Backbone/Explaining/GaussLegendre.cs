namespace Ptgp.Backbone.Explaining;

/// <summary>Places and weights by which an integral from 0 to 1 becomes a sum: exact for polynomials of a degree below twice their number.</summary>
internal static class GaussLegendre
{
    private const double Precision = 1e-15;

    /// <summary>Finds the places, in order, and their weights, which add up to 1.</summary>
    /// <param name="count">How many; at least 1.</param>
    public static IReadOnlyList<(double Place, double Weight)> Points(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return [.. Enumerable.Range(0, count).Select(i => Point(count, count - 1 - i))];
    }

    // The roots of the Legendre polynomial of that degree, by Newton's method from where they lie about.
    private static (double Place, double Weight) Point(int degree, int root)
    {
        var x = Math.Cos(Math.PI * (root + 0.75) / (degree + 0.5));
        for (var round = 0; round < 100; round++)
        {
            var (value, slope) = Legendre(degree, x);
            var step = value / slope;
            x -= step;
            if (Math.Abs(step) < Precision)
            {
                break;
            }
        }

        var last = Legendre(degree, x).Slope;
        return ((x + 1) / 2, 1 / ((1 - (x * x)) * last * last));
    }

    private static (double Value, double Slope) Legendre(int degree, double x)
    {
        var (before, value) = (1.0, x);
        for (var n = 2; n <= degree; n++)
        {
            (before, value) = (value, (((2 * n) - 1) * x * value - ((n - 1) * before)) / n);
        }

        return (value, degree * ((x * value) - before) / ((x * x) - 1));
    }
}
