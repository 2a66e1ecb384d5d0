using CsCheck;
using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Native;

/// <summary>It is torch's cross-entropy of torch's linear layer, in value and in every gradient.</summary>
public class LinearCrossEntropyTests
{
    [Fact]
    public void ItIsLibtorchsLossOfTheLogits() => Gen.Select(Gen.Int[1, 600], Gen.Int[1, 20], Gen.Int[2, 40], Gen.Double[0, 0.5], Gen.Bool, Gen.Bool, Gen.Int).Sample((rows, width, classes, smoothing, hasBias, isFrozen, seed) =>
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        var states = randn([rows, width], generator: generator).requires_grad_(true);
        var weight = randn([classes, width], generator: generator).requires_grad_(!isFrozen);
        var bias = hasBias ? randn([classes], generator: generator).requires_grad_(true) : null;
        var labels = randint(0, classes, [rows], dtype: int64, generator: generator);

        var ours = Gradients(LinearCrossEntropy.Sum(states, weight, bias, labels, smoothing), states, weight, bias);
        var theirs = Gradients(
            nn.functional.cross_entropy(nn.functional.linear(states, weight, bias), labels, reduction: nn.Reduction.Sum, label_smoothing: smoothing), states, weight, bias);

        Assert.Equal(isFrozen, ours[2] is null);
        Assert.All(ours.Zip(theirs), pair => Assert.True((pair.First is null && pair.Second is null) || pair.First!.allclose(pair.Second!, 1e-4, 1e-3), $"{pair.First} is not {pair.Second}"));
    }, iter: 100, threads: 1);

    [Fact]
    public void WithoutGradientsItIsTheSumAlone()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var (states, weight, labels) = (randn(300, 6), randn(9, 6), randint(0, 9, [300], dtype: int64));
        var sum = LinearCrossEntropy.Sum(states, weight, null, labels, 0.1);
        Assert.False(sum.requires_grad);
        Assert.Equal(nn.functional.cross_entropy(states.mm(weight.t()), labels, reduction: nn.Reduction.Sum, label_smoothing: 0.1).item<float>(), sum.item<float>(), 1e-2);
    }

    [Fact]
    public void NoRowsLoseNothing()
    {
        using var scope = NewDisposeScope();
        var weight = randn(9, 6).requires_grad_(true);
        var sum = LinearCrossEntropy.Sum(randn(0, 6), weight, null, zeros(0, dtype: int64), 0.1);
        sum.backward();
        Assert.Equal(0, sum.item<float>());
        Assert.Equal(0, weight.grad!.abs().sum().item<float>());
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ArgumentException>(() => LinearCrossEntropy.Sum(randn(3, 6), randn(9, 5), null, zeros(3, dtype: int64), 0));
        Assert.Contains("Float32 [3, 6], Float32 [9, 5], none and Int64 [3]", error.Message, StringComparison.Ordinal);
    }

    // The loss is weighed as a training's may be.
    private static Tensor?[] Gradients(Tensor sum, params Tensor?[] inputs)
    {
        sum.mul(tensor(0.5f)).backward();
        return [sum, .. inputs.Select(input =>
        {
            var gradient = input?.grad?.clone();
            input?.grad?.zero_();
            return gradient;
        })];
    }
}
