using CsCheck;
using Ptgp.Host.Training;

namespace Ptgp.Host.Tests.Training;

public class MixtureTests
{
    [Theory]
    [InlineData(1, 100 / 111.0, 10 / 111.0, 1 / 111.0)]
    [InlineData(2, 10 / 14.162, 3.162 / 14.162, 1 / 14.162)]
    [InlineData(1e6, 1 / 3.0, 1 / 3.0, 1 / 3.0)]
    public void SharesGoWithTheSizeToThePowerOfOneOverTheTemperature(double temperature, params double[] shares)
    {
        Mixture mixture = new([1000, 100, 10], temperature, 7);
        var drawn = Enumerable.Range(0, 20_000).GroupBy(step => mixture.Choose(step)).ToDictionary(group => group.Key, group => group.Count() / 20_000.0);
        Assert.All(shares.Index(), share => Assert.Equal(share.Item, drawn[share.Index], 0.015));
    }

    [Fact]
    public void OnlyWhatIsOpenIsDrawnAndTheSameAgain() => Gen.Select(Gen.Double[0, 9].Array[1, 6], Gen.Int, Gen.Int[0, 1000], Gen.Int[0, 5]).Sample((sizes, seed, step, open) =>
    {
        Mixture mixture = new([.. sizes.Select(size => size + 0.001)], 2, seed);
        Assert.Equal(open % sizes.Length, mixture.Choose(step, task => task == open % sizes.Length));
        Assert.InRange(mixture.Choose(step), 0, sizes.Length - 1);
        Assert.Equal(mixture.Choose(step), mixture.Choose(step));
    });
}
