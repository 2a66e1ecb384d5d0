using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Native;

public sealed class OpsTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Generator random = new(7);

    public OpsTests() => set_num_threads(1);

    public void Dispose()
    {
        scope.Dispose();
        random.Dispose();
    }

    [Theory]
    [InlineData(new long[] { 3, 4 }, new long[] { 4, 5 }, "ij,jk->ik")]
    [InlineData(new long[] { 2, 3, 4 }, new long[] { 4, 5 }, "aij,jk->aik")]
    [InlineData(new long[] { 2, 3, 4 }, new long[] { 2, 4, 5 }, "aij,ajk->aik")]
    [InlineData(new long[] { 2, 6, 3, 4 }, new long[] { 2, 6, 4, 5 }, "abij,abjk->abik")]
    [InlineData(new long[] { 2, 5, 0, 4 }, new long[] { 2, 5, 4, 5 }, "abij,abjk->abik")]
    [InlineData(new long[] { 2, 0, 3, 4 }, new long[] { 2, 0, 4, 5 }, "abij,abjk->abik")]
    public void MatMulMultipliesAndKeepsGradients(long[] left, long[] right, string sum) =>
        Gradient.AssertSame(x => einsum(sum, x[0], x[1]), x => Ops.MatMul(x[0], x[1]), Random(left), Random(right));

    [Fact]
    public void MatMulTakesTransposedViews()
    {
        var (a, b) = (Random(2, 5, 3, 4), Random(2, 5, 6, 4));
        Gradient.AssertClose(einsum("abij,abkj->abik", a, b), Ops.MatMul(a, b.transpose(2, 3)));
    }

    [Theory]
    [InlineData(new long[] { 3, 4 }, new long[] { 5, 4 })]
    [InlineData(new long[] { 4 }, new long[] { 4, 5 })]
    [InlineData(new long[] { 3, 4 }, new long[] { 2, 4, 5 })]
    [InlineData(new long[] { 2, 3, 4 }, new long[] { 3, 4, 5 })]
    public void MatMulRefusesWhatWouldEndTheProcess(long[] left, long[] right)
    {
        var fault = Assert.Throws<ArgumentException>(() => Ops.MatMul(Random(left), Random(right)));
        Assert.Contains($"but are Float32 [{string.Join(", ", left)}] and Float32 [{string.Join(", ", right)}].", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MatMulRefusesTwoTypes() =>
        Assert.Throws<ArgumentException>(() => Ops.MatMul(Random(2, 2), Random(2, 2).to(ScalarType.Float64)));

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void RmsNormIsWhatItSaysAndKeepsGradients(long rows)
    {
        var (x, weight) = (Random(rows, 3, 16), Random(16));
        Gradient.AssertSame(t => t[0] * rsqrt(t[0].pow(2).mean([-1], true) + 1e-6) * t[1], t => Ops.RmsNorm(t[0], t[1], 1e-6), x, weight);
        using var gradientless = no_grad();
        Gradient.AssertClose(x * rsqrt(x.pow(2).mean([-1], true) + 1e-6) * weight, Ops.RmsNorm(x, weight, 1e-6));
    }

    [Fact]
    public void RmsNormKeepsHalfPrecision()
    {
        var (x, weight) = (Random(5, 16), Random(16));
        using var gradientless = no_grad();
        Gradient.AssertClose(Ops.RmsNorm(x, weight, 1e-6), Ops.RmsNorm(x.to(bfloat16), weight.to(bfloat16), 1e-6).to(float32), 0.02);
    }

    [Fact]
    public void RmsNormMixesTypesAsArithmeticDoes()
    {
        var (x, weight) = (Random(5, 16), Random(16).to(bfloat16));
        Gradient.AssertClose(x * rsqrt(x.pow(2).mean([-1], true) + 1e-6) * weight, Ops.RmsNorm(x, weight, 1e-6));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(43)]
    public void EveryWayToNormalizeIsTheSame(long width)
    {
        var (x, weight) = (Random(4, 3, width).transpose(0, 1), Random(width));
        var plain = RootMeanSquare.Plain(x, weight, 1e-3);
        Gradient.AssertClose(plain, RootMeanSquare.Differentiable(x, weight, 1e-3));
        Gradient.AssertClose(plain, RootMeanSquare.Near(x, weight, 1e-3));
    }

    [Fact]
    public void RmsNormRefusesAnotherWidth()
    {
        var fault = Assert.Throws<ArgumentException>(() => Ops.RmsNorm(Random(2, 8), Random(4), 1e-6));
        Assert.StartsWith("States must be [4] in the last extent, but are [2, 8].", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1.0, null)]
    [InlineData(0.3, null)]
    [InlineData(1.0, new long[] { 4, 6 })]
    [InlineData(0.3, new long[] { 1, 3, 4, 6 })]
    [InlineData(0.3, new long[] { 2, 1, 1, 6 })]
    public void AttentionIsWhatItSaysAndKeepsGradientsOfTheMaskToo(double scale, long[]? maskShape)
    {
        Tensor[] inputs = [Random(2, 3, 4, 8), Random(2, 3, 6, 8), Random(2, 3, 6, 8), .. maskShape is null ? Array.Empty<Tensor>() : [Random(maskShape)]];
        Gradient.AssertSame(
            x => Attend(x[0], x[1], x[2], x.ElementAtOrDefault(3), scale),
            x => Ops.Attention(x[0], x[1], x[2], x.ElementAtOrDefault(3), scale, causal: false, dropout: 0),
            inputs);
        using var gradientless = no_grad();
        Gradient.AssertClose(
            Attend(inputs[0], inputs[1], inputs[2], inputs.ElementAtOrDefault(3), scale),
            Ops.Attention(inputs[0], inputs[1], inputs[2], inputs.ElementAtOrDefault(3), scale, causal: false, dropout: 0));
    }

    [Fact]
    public void ACausalQuerySeesNothingLater()
    {
        var (q, k, v) = (Random(2, 3, 5, 8), Random(2, 3, 5, 8), Random(2, 3, 5, 8));
        var later = full([5, 5], double.NegativeInfinity, float32).triu(1);
        Gradient.AssertClose(Attend(q, k, v, later, 0.5), Ops.Attention(q, k, v, null, 0.5, causal: true, dropout: 0));
        Gradient.AssertClose(Attend(q, k, v, later, 0.5), Ops.Attention(q, k, v, ones(5, 5, dtype: ScalarType.Bool).tril(), 0.5, causal: false, dropout: 0));
    }

    [Fact]
    public void DropoutDropsLooks()
    {
        var (q, k) = (Random(1, 1, 4, 8), Random(1, 1, 64, 8));
        var all = Ops.Attention(q, k, ones(1, 1, 64, 8), null, 0.1, causal: false, dropout: 0.5);
        Assert.False(allclose(all, ones(1, 1, 4, 8)));
    }

    [Fact]
    public void BothWaysToScaleAreTheSame()
    {
        var (q, k, v, mask) = (Random(2, 3, 4, 8), Random(2, 3, 6, 8), Random(2, 3, 6, 8), Random(4, 6));
        Gradient.AssertSame(
            x => ScaledAttention.Rescaled(x[0], x[1], x[2], x[3], 0.9, false, 0), x => ScaledAttention.Scaled(x[0], x[1], x[2], x[3], 0.9, false, 0), q, k, v, mask);
    }

    [Fact]
    public void AttentionRefusesWhatDoesNotFit()
    {
        var (q, k) = (Random(2, 3, 4, 8), Random(2, 3, 6, 8));
        Assert.Throws<ArgumentException>(() => Ops.Attention(q, k, Random(2, 3, 5, 8), null, 1, false, 0));
        Assert.Throws<ArgumentException>(() => Ops.Attention(q, k, Random(2, 3, 6, 8).to(ScalarType.Float64), null, 1, false, 0));
        Assert.Throws<ArgumentException>(() => Ops.Attention(q.flatten(0, 1), k, k, null, 1, false, 0));
        var shape = Assert.Throws<ArgumentException>(() => Ops.Attention(q, k, k, Random(5, 6), 1, false, 0));
        Assert.StartsWith("A mask must be Bool or Float32, broadcast to [2, 3, 4, 6] and go without 'causal', but is Float32 [5, 6].", shape.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Ops.Attention(q, k, k, Random(4, 6), 1, causal: true, 0));
        Assert.Throws<ArgumentException>(() => Ops.Attention(q, k, k, Random(4, 6).to(ScalarType.Int64), 1, false, 0));
        Assert.Throws<ArgumentException>(() => Ops.Attention(q, k, k, Random(1, 2, 3, 4, 6), 1, false, 0));
    }

    private static Tensor Attend(Tensor q, Tensor k, Tensor v, Tensor? mask, double scale)
    {
        var scores = einsum("bhqd,bhkd->bhqk", q, k) * scale;
        return einsum("bhqk,bhkd->bhqd", softmax(mask is null ? scores : scores + mask, -1), v);
    }

    private Tensor Random(params long[] shape) => randn(shape, generator: random);
}
