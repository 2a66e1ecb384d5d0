using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Native;

public sealed class FusedSgdTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0.9, 0.2, false)]
    [InlineData(0.9, 0, true)]
    public void BothWaysAreTheSame(double momentum, double dampening, bool isNesterov)
    {
        using var random = new Generator(4);
        SgdStep step = new(0.05, momentum, dampening, isNesterov, 0.1);
        Tensor[] starts = [randn([4, 3], generator: random), randn([], generator: random)];
        // What was in the velocities before the first step does not count.
        Tensor[] fused = [.. starts.Select(start => start.clone())], fusedVelocities = [.. starts.Where(_ => momentum > 0).Select(start => ones_like(start))];
        Tensor[] plain = [.. starts.Select(start => start.clone())], plainVelocities = [.. starts.Where(_ => momentum > 0).Select(start => zeros_like(start))];
        for (var i = 0; i < 4; i++)
        {
            Tensor[] gradients = [.. starts.Select(start => randn(start.shape, generator: random))];
            SgdKernel.Fused(fused, gradients, fusedVelocities, isFirst: i == 0, step);
            SgdKernel.Plain(plain, gradients, plainVelocities, isFirst: i == 0, step);
        }

        foreach (var (expected, actual) in plain.Concat(plainVelocities).Zip(fused.Concat(fusedVelocities)))
        {
            Gradient.AssertClose(expected, actual);
        }
    }

    [Fact]
    public void WhatDoesNotBelongTogetherIsRefused()
    {
        SgdStep step = new(0.05, 0.9, 0, false, 0);
        Assert.Throws<ArgumentException>(() => Ops.FusedSgd([ones(3)], [ones(4)], [ones(3)], false, step));
        Assert.Throws<ArgumentException>(() => Ops.FusedSgd([ones(3)], [ones(3)], [], false, step));
        Assert.Throws<ArgumentException>(() => Ops.FusedSgd([ones(3)], [ones(3)], [ones(2)], false, step));
    }
}
