using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Native;

public class HugePagesTests
{
    [Theory]
    [InlineData(1L)]
    [InlineData(3_000_001L)]
    public void WhatMemoryHoldsStays(long count)
    {
        using var scope = NewDisposeScope();
        var numbers = Ops.Range(0, count, CPU);
        HugePages.Hold(numbers);
        Assert.True(numbers.equal(Ops.Range(0, count, CPU)).all().item<bool>());
    }

    [Fact]
    public void PackedWeightsMultiplyAsBefore()
    {
        Assert.SkipUnless(OneDnn.IsAvailable(), "this libtorch has no oneDNN");
        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        var (weight, x) = (randn([1500, 1000]), randn([5, 1000]));
        var packed = OneDnn.Pack(weight);
        var before = OneDnn.Linear(x, packed, null, relu: false);
        HugePages.HoldPacked(packed, weight.NumberOfElements * sizeof(float));
        Assert.True(before.equal(OneDnn.Linear(x, packed, null, relu: false)).all().item<bool>());
    }
}
