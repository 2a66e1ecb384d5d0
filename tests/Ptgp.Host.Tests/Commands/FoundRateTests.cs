using Ptgp.Host.Commands;

namespace Ptgp.Host.Tests.Commands;

public class FoundRateTests
{
    private const int Steps = 100;

    [Fact]
    public void TheSteepestFallOfANoisyCurveIsFound()
    {
        // It falls by 2 around 1e-3 and runs away behind 3e-2; batches differ by a third of the fall.
        for (var seed = 0; seed < 200; seed++)
        {
            var found = FoundRate.Of(Curve(seed, Falling, noise: 0.6));
            Assert.InRange(found.Steepest!.Value, 1e-4, 1e-2);
            Assert.InRange(found.Lowest, 1e-3, 1e-1);
        }
    }

    [Fact]
    public void TheSteepestFallOfASmoothCurveIsWhereItIs()
    {
        var found = FoundRate.Of(Curve(seed: 0, Falling, noise: 0));
        Assert.InRange(found.Steepest!.Value, 7e-4, 1.4e-3);
        Assert.Contains("Begin with --recipe learningRate=", found.AsText(), StringComparison.Ordinal);
        Assert.Equal(found.Steepest, (double?)found.AsJson()["suggested"]);
    }

    [Fact]
    public void AFallInTheFirstTenthIsNotTakenForTheSteepest()
    {
        // As when the first batches happen to be the hard ones.
        var found = FoundRate.Of([.. Curve(seed: 0, Falling, noise: 0).Select((point, step) => (point.Rate, point.Loss + Math.Max(0, 8 - (2 * step))))]);
        Assert.InRange(found.Steepest!.Value, 3e-4, 3e-3);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(5.0)]
    public void WhereNothingFallsThatIsSaid(double rise)
    {
        var suggested = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var found = FoundRate.Of(Curve(seed, rate => 4 + (rise * rate), noise: 0.5));
            suggested += found.Steepest is null ? 0 : 1;
        }

        Assert.InRange(suggested, 0, 4);
        var still = FoundRate.Of(Curve(seed: 0, _ => 4, noise: 0));
        Assert.Null(still.Steepest);
        Assert.StartsWith("No rate can be suggested: the loss must fall by more than 0.000 to be told from what batches differ by, but it falls by 0.000 (100 steps, 1.0e-7 to 1.0e+0).", still.AsText(), StringComparison.Ordinal);
        Assert.Null(still.AsJson()["suggested"]);
    }

    [Fact]
    public void ALossThatOnlyRisesSuggestsNothing() => Assert.Null(FoundRate.Of(Curve(seed: 0, rate => 4 + (1e4 * rate), noise: 0.1)).Steepest);

    [Fact]
    public void TooFewStepsAreAnError() =>
        Assert.StartsWith("To find a learning rate there must be 21 steps or more, but the loss ran away after 10.", Assert.Throws<UserException>(() => FoundRate.Of(Curve(0, Falling, 0)[..10])).Message, StringComparison.Ordinal);

    private static double Falling(double rate) => 3 + (2 / (1 + Math.Exp(4 * (Math.Log10(rate) + 3)))) + (rate > 3e-2 ? 1e3 * (rate - 3e-2) : 0);

    private static (double Rate, double Loss)[] Curve(int seed, Func<double, double> loss, double noise)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, Steps).Select(step => 1e-7 * Math.Pow(1e7, step / (Steps - 1.0))).Select(rate => (rate, loss(rate) + (noise * Normal(random))))];
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
