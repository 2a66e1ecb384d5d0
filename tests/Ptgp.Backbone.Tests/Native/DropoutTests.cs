using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Native;

public sealed class DropoutTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void AShareIsDroppedAndTheRestMakesUpForIt(double share)
    {
        const int count = 1_000_003;
        manual_seed(1);
        var dropped = Ops.Dropout(ones(count), share).data<float>().ToArray();
        var kept = (float)(1 / (1 - share));
        Assert.All(dropped.Distinct(), value => Assert.Contains(value, (float[])[0, kept]));
        // Within five deviations, each by itself and each with those one, eight and 4096 places on.
        Near(share, dropped.Count(value => value == 0), count);
        foreach (var apart in (int[])[1, 8, 4096])
        {
            Near(share * share, dropped.Zip(dropped.Skip(apart)).Count(pair => pair is (0, 0)), count - apart);
        }

        static void Near(double share, int found, int count) => Assert.InRange(found, (count * share) - (5 * Math.Sqrt(count * share * (1 - share))), (count * share) + (5 * Math.Sqrt(count * share * (1 - share))));
    }

    [Fact]
    public void GradientsPassWhereNumbersStay()
    {
        var x = rand(3, 7, 11).requires_grad_();
        var y = Ops.Dropout(x, 0.3);
        y.sum().backward();
        Assert.True(y.Equals(x.detach().mul(x.grad!)));
        Assert.Contains(0f, x.grad!.data<float>().ToArray());
    }

    [Fact]
    public void ASeedFixesTheLots()
    {
        var x = rand(5, 13);
        manual_seed(3);
        var (one, next) = (Ops.Dropout(x, 0.5), Ops.Dropout(x, 0.5));
        manual_seed(3);
        var again = Ops.Dropout(x, 0.5);
        Assert.True(one.Equals(again));
        Assert.False(one.Equals(next));
    }

    [Fact]
    public void TypesStayAndNothingIsDroppedOfNoShare()
    {
        var x = rand(40).to_type(ScalarType.BFloat16);
        Assert.Equal(ScalarType.BFloat16, Ops.Dropout(x, 0.5).dtype);
        Assert.Equal(ScalarType.Float64, Ops.Dropout(rand(4, dtype: float64), 0.5).dtype);
        Assert.True(Ops.Dropout(x, 0).Equals(x));
        Assert.Equal(0, Ops.Dropout(rand(0, 5), 0.5).NumberOfElements);
        Assert.Throws<ArgumentOutOfRangeException>(() => Ops.Dropout(x, 1));
    }

    [Theory]
    [InlineData(0.125, true)]
    [InlineData(1.0, false)]
    public void AttentionDropsAsItAttendsOtherwise(double scale, bool hasMask)
    {
        // Of many draws the mean is what nothing dropped gives, and each passes gradients.
        manual_seed(5);
        var (q, k, v) = (randn(2, 3, 5, 4), randn(2, 3, 6, 4), randn(2, 3, 6, 4).requires_grad_());
        var mask = hasMask ? randn(5, 6) : null;
        var whole = Ops.Attention(q, k, v, mask, scale, causal: false, dropout: 0).detach();
        const int draws = 4000;
        var sum = zeros_like(whole);
        for (var i = 0; i < draws; i++)
        {
            using var inner = NewDisposeScope();
            Ops.AddTo(sum, Ops.Attention(q, k, v, mask, scale, causal: false, dropout: 0.2).detach());
        }

        var apart = sum.div(tensor((float)draws)).sub(whole).abs().max().item<float>();
        Assert.InRange(apart, 1e-6f, 0.1f);
        Ops.Attention(q, k, v, mask, scale, causal: false, dropout: 0.2).sum().backward();
        Assert.True(v.grad!.abs().sum().item<float>() > 0);
    }
}
