using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Adapters;

public class DecomposedDeltaTests
{
    [Fact]
    public void EachOutputsWeightsHaveTheLengthThatWasLearned()
    {
        using var scope = NewDisposeScope();
        using var delta = Fresh();
        var (merged, bias) = delta.Merge(ones(3, 4), arange(3).to(float32));
        Assert.InRange((merged.square().sum(1).sqrt() - delta.Magnitudes).abs().max().item<float>(), 0, 1e-6);
        Assert.Equal([0f, 1f, 2f], bias!.data<float>());
    }

    [Fact]
    public void WhatIsKeptOfTheNormIsForgottenWhenWeightsLearn()
    {
        using var scope = NewDisposeScope();
        using var delta = Fresh();
        var (weight, bias, x) = (randn(3, 4), randn(3), randn(2, 4));
        Check();
        // A pass with gradients comes before every step.
        Made().sum().backward();
        Change();
        Check();
        Change();
        delta.train();
        Check();

        Tensor Made() => delta.ChangeOutput(nn.functional.linear(x, weight, bias), x, weight, bias);

        void Change()
        {
            using var quiet = no_grad();
            delta.B.add_(0.5);
        }

        void Check()
        {
            using var quiet = no_grad();
            var (merged, added) = delta.Merge(weight, bias);
            for (var time = 0; time < 2; time++)
            {
                Assert.InRange((Made() - nn.functional.linear(x, merged, added)).abs().max().item<float>(), 0, 1e-5);
            }
        }
    }

    private static DecomposedDelta Fresh()
    {
        using var generator = new Generator(3);
        return new(randn([2, 4], generator: generator), randn([3, 2], generator: generator), 0.7, rand([3], generator: generator) + 0.5);
    }
}
