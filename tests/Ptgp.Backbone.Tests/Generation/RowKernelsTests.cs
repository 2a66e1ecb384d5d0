using CsCheck;
using Ptgp.Backbone.Generation;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>What is computed here equals what a device computes: transposed scores take the device's way on the CPU too.</summary>
public class RowKernelsTests
{
    [Fact]
    public void BothWaysGiveTheSame() => Gen.Select(Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[2, 300], Gen.Int[1, 12], Gen.Int).Sample((sources, beams, vocabulary, count, seed) =>
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        count = Math.Min(count, vocabulary);
        var scores = randn([sources * beams, vocabulary], generator: generator) * 5;
        scores = scores.masked_fill(rand(scores.shape, generator: generator).lt(0.2), float.NegativeInfinity);
        scores[0] = float.NegativeInfinity;                       // a row of which all is forbidden
        var far = scores.t().contiguous().t();
        var sums = rand(sources * beams, generator: generator).data<float>().ToArray();
        sums[^1] = beams > 1 ? float.NegativeInfinity : sums[^1]; // a row that holds nothing

        var (near, other) = (RowKernels.LogSumExp(scores), RowKernels.LogSumExp(far));
        Assert.True(near.allclose(other, 1e-5, 1e-5));
        var (expectedSums, expectedPlaces) = RowKernels.Best(far, near, sums, beams, count);
        var (actualSums, actualPlaces) = RowKernels.Best(scores, near, sums, beams, count);
        for (var i = 0; i < expectedSums.Length; i++)
        {
            Assert.Equal(expectedSums[i], actualSums[i], 1e-4f);
            Assert.True(float.IsNegativeInfinity(expectedSums[i]) || expectedPlaces[i] == actualPlaces[i]);
        }
    }, iter: 200, threads: 1);

    [Fact]
    public void AScoreThatIsNoNumberShows()
    {
        using var scope = NewDisposeScope();
        var scores = zeros(2, 100);
        scores[1, 77] = float.NaN;
        var normalizers = RowKernels.LogSumExp(scores);
        Assert.True(float.IsNaN(normalizers[1].item<float>()));
        Assert.True(float.IsNaN(RowKernels.Best(scores, normalizers, [0, 0], 1, 1).Sums[1]));
    }
}
