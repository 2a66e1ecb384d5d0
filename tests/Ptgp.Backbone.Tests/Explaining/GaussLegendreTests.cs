using Ptgp.Backbone.Explaining;

namespace Ptgp.Backbone.Tests.Explaining;

public sealed class GaussLegendreTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(32)]
    [InlineData(1000)]
    public void PolynomialsBelowTwiceTheCountAreIntegratedExactly(int count)
    {
        var points = GaussLegendre.Points(count);
        Assert.Equal(points.OrderBy(point => point.Place), points);
        Assert.All(points, point => Assert.InRange(point.Place, 0, 1));
        foreach (var degree in new[] { 0, 1, (2 * count) - 1 })
        {
            Assert.Equal(1.0 / (degree + 1), points.Sum(point => point.Weight * Math.Pow(point.Place, degree)), 1e-12);
        }

        if (count < 10)
        {
            Assert.NotEqual(1.0 / ((2 * count) + 1), points.Sum(point => point.Weight * Math.Pow(point.Place, 2 * count)), 1e-12);
        }
    }
}
