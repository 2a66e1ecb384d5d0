using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Native;

public sealed class FusedAdamTests : IDisposable
{
    private static readonly AdamStep step = new(0.05, 0.9, 0.999, 1e-8, 0.1);
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void ItIsTheOptimizerOfTorch()
    {
        using var random = new Generator(3);
        Tensor[] starts = [randn([4, 3], generator: random), randn([5], generator: random)];
        TorchSharp.Modules.Parameter[] parameters = [.. starts.Select(start => nn.Parameter(start.clone()))];
        using var optimizer = optim.AdamW(parameters, step.Rate, step.Beta1, step.Beta2, step.Epsilon, step.Decay);
        var state = new State(starts);
        for (var i = 0; i < 5; i++)
        {
            Tensor[] gradients = [.. starts.Select(start => randn(start.shape, generator: random))];
            foreach (var (parameter, gradient) in parameters.Zip(gradients))
            {
                parameter.grad = gradient.clone();
            }

            optimizer.step();
            state.Update(Ops.FusedAdam, gradients);
        }

        foreach (var (parameter, value) in parameters.Zip(state.Values))
        {
            Gradient.AssertClose(parameter.detach(), value);
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void BothWaysAreTheSame(bool isDecoupled, bool isGreatest)
    {
        using var random = new Generator(4);
        Tensor[] starts = [randn([4, 3], generator: random), randn([], generator: random)];
        var (fused, plain) = (new State(starts, isGreatest), new State(starts, isGreatest));
        var step = FusedAdamTests.step with { IsDecoupled = isDecoupled };
        for (var i = 0; i < 4; i++)
        {
            Tensor[] gradients = [.. starts.Select(start => randn(start.shape, generator: random))];
            fused.Update(AdamKernel.Fused, gradients, step);
            plain.Update(AdamKernel.Plain, gradients, step);
        }

        foreach (var (expected, actual) in plain.All.Zip(fused.All))
        {
            Gradient.AssertClose(expected, actual);
        }
    }

    [Fact]
    public void ParametersThatLieAcrossAreUpdatedAlike()
    {
        using var random = new Generator(5);
        var start = randn([4, 3], generator: random);
        var gradient = randn([4, 3], generator: random);
        var (straight, across) = (new State([start]), new State([start]));
        across.Values[0] = start.t().contiguous().t();
        straight.Update(Ops.FusedAdam, [gradient]);
        across.Update(Ops.FusedAdam, [gradient]);
        Gradient.AssertClose(straight.Values[0], across.Values[0]);
    }

    [Fact]
    public void WhatDoesNotBelongTogetherIsRefused()
    {
        var state = new State([ones(3)]);
        Assert.Throws<ArgumentException>(() => state.Update(Ops.FusedAdam, [ones(4)]));
        Assert.Throws<ArgumentException>(() => state.Update(Ops.FusedAdam, [ones(3).to(ScalarType.Float64)]));
        Assert.Throws<ArgumentException>(() => state.Update(Ops.FusedAdam, []));
    }

    private sealed class State(Tensor[] starts, bool isGreatest = false)
    {
        private readonly Tensor[] means = [.. starts.Select(start => zeros_like(start))];
        private readonly Tensor[] squares = [.. starts.Select(start => zeros_like(start))];
        private readonly Tensor[] greatest = [.. starts.Where(_ => isGreatest).Select(start => zeros_like(start))];
        private readonly Tensor seen = zeros([], float32);

        public Tensor[] Values { get; } = [.. starts.Select(start => start.clone())];

        public IEnumerable<Tensor> All => [.. Values, .. means, .. squares, .. greatest];

        public void Update(Action<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>, AdamMemory, AdamStep> update, Tensor[] gradients, AdamStep? other = null)
        {
            seen.add_(1);
            update(Values, gradients, new(means, squares, [.. Values.Select(_ => seen)], greatest), other ?? step);
        }
    }
}
