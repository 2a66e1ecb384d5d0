using CsCheck;
using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Native;

public sealed class PackedLinearTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly Generator random = new(11);

    public PackedLinearTests() => set_num_threads(1);

    public void Dispose()
    {
        scope.Dispose();
        random.Dispose();
    }

    [Fact]
    public void ItIsALinearLayerForAnyShape() =>
        Gen.Select(Gen.Long[1, 40], Gen.Long[1, 40], Gen.Long[0, 3], Gen.Long[0, 90], Gen.Bool, Gen.Bool).Sample(
            (inputs, outputs, batch, rows, hasBias, relu) =>
            {
                using var inner = NewDisposeScope();
                using var gradientless = no_grad();
                var (weight, bias) = (Random(outputs, inputs), hasBias ? Random(outputs) : null);
                using var layer = PackedLinear.Create(weight, bias);
                var x = batch == 0 ? Random(rows, inputs) : Random(batch, rows, inputs);
                var expected = nn.functional.linear(x, weight, bias);
                Gradient.AssertClose(relu ? expected.relu() : expected, layer.Forward(x, relu));
            },
            iter: 200,
            threads: 1);

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(3, true, false)]
    [InlineData(16, false, true)]
    [InlineData(300, true, true)]
    public void EveryKernelGivesTheSame(long rows, bool hasBias, bool relu)
    {
        using var gradientless = no_grad();
        var (weight, bias, x) = (Random(96, 77), hasBias ? Random(96) : null, Random(rows, 77));
        using var layer = PackedLinear.Create(weight, bias);
        var expected = nn.functional.linear(x, weight, bias);
        using var turned = PackedLinear.Create(weight.t().contiguous().t(), bias);
        foreach (var kernel in Enum.GetValues<LinearKernel>().Where(kernel => kernel is not (LinearKernel.Quantized or LinearKernel.NearQuantized) && IsAvailable(kernel)))
        {
            Gradient.AssertClose(relu ? expected.relu() : expected, layer.Compute(kernel, x, relu));
            Gradient.AssertClose(relu ? expected.relu() : expected, turned.Compute(kernel, x, relu));
            Gradient.AssertClose((relu ? expected.relu() : expected).unsqueeze(0), layer.Compute(kernel, x.unsqueeze(0), relu));
            Gradient.AssertClose(relu ? expected.relu() : expected, layer.Compute(kernel, x.t().contiguous().t(), relu));
        }
    }

    [Fact]
    public void LayersOfOneShapeAreMeasuredOnceAndKeepNoCopyInVain()
    {
        using var gradientless = no_grad();
        var (weight, x) = (Random(77, 123), Random(20, 123));
        var shape = new LinearVerdicts.Shape(123, 77, false, LinearVerdicts.Class(20), 1);
        using var first = PackedLinear.Create(weight, null);
        using var second = PackedLinear.Create(weight, null);
        Assert.Null(LinearVerdicts.Find(shape));
        first.Forward(x);
        var verdict = LinearVerdicts.Find(shape);
        Assert.NotNull(verdict);
        Assert.Equal(verdict is LinearKernel.Packed or LinearKernel.Panels, first.HasCopy);
        Assert.False(second.HasCopy);
        second.Forward(Random(60, 123));
        Assert.Equal(verdict is LinearKernel.Packed or LinearKernel.Panels, second.HasCopy);
        Assert.Equal(verdict, LinearVerdicts.Find(shape));
        Assert.Null(LinearVerdicts.Find(shape with { Class = LinearVerdicts.Class(1) }));
    }

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(4, true, true)]
    [InlineData(40, true, false)]
    public void EveryKernelGivesTheSameInBfloat16(long rows, bool hasBias, bool relu)
    {
        using var gradientless = no_grad();
        var (weight, bias, x) = (Halves(97, 83), hasBias ? Halves(97) : null, Halves(rows, 83));
        using var layer = PackedLinear.Create(weight, bias);
        var exact = nn.functional.linear(x.to_type(float64), weight.to_type(float64), bias?.to_type(float64));
        var expected = relu ? exact.relu() : exact;
        foreach (var kernel in new[] { LinearKernel.Plain, LinearKernel.Near, LinearKernel.Packed }.Where(kernel => kernel != LinearKernel.Packed || OneDnn.IsAvailable(ScalarType.BFloat16)))
        {
            var y = layer.Compute(kernel, x, relu);
            Assert.Equal(ScalarType.BFloat16, y.dtype);
            // A rounding of the result at most, and one before the bias by libtorch's.
            Gradient.AssertClose(expected, y.to_type(float64), 0.1);
            if (kernel == LinearKernel.Near)
            {
                Assert.True(allclose(expected, y.to_type(float64), 1.0 / 256, 1e-5));
            }
        }

        Gradient.AssertClose(expected, layer.Forward(x, relu).to_type(float64), 0.1);
    }

    [Fact]
    public void OtherTypesArePlain()
    {
        using var gradientless = no_grad();
        var (weight, bias, x) = (Random(6, 5).to(float64), Random(6).to(float64), Random(2, 4, 5).to(float64));
        using var layer = PackedLinear.Create(weight, bias);
        Gradient.AssertClose(nn.functional.linear(x, weight, bias), layer.Forward(x));
        Assert.False(layer.HasCopy);
    }

    [Fact]
    public void GradientsReachTheInputs()
    {
        var (weight, bias) = (Random(6, 5).requires_grad_(), Random(6));
        using var layer = PackedLinear.Create(weight, bias);
        Gradient.AssertSame(x => nn.functional.linear(x[0], weight.detach(), bias).relu(), x => layer.Forward(x[0], relu: true), Random(2, 4, 5));
        Assert.Null(weight.grad);
    }

    [Fact]
    public void WhatWasMadeInInferenceModeServesOutsideIt()
    {
        var (weight, x) = (Random(6, 5), Random(4, 5));
        PackedLinear layer;
        using (inference_mode())
        {
            layer = PackedLinear.Create(weight, null);
            layer.Forward(x);
        }

        using (layer)
        {
            Gradient.AssertSame(t => nn.functional.linear(t[0], weight), t => layer.Forward(t[0]), x);
        }
    }

    [Fact]
    public void ThreadsMayShareALayer()
    {
        var (weight, bias) = (Random(300, 200), Random(300));
        using var layer = PackedLinear.Create(weight, bias);
        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            using var inner = NewDisposeScope();
            using var gradientless = no_grad();
            var x = ones((i * 7 % 70) + 1, 200) * (float)i;
            Gradient.AssertClose(nn.functional.linear(x, weight, bias), layer.Forward(x), 1e-4);
        });
    }

    [Fact]
    public void ADisposeScopeDoesNotTakeItsCopies()
    {
        using var gradientless = no_grad();
        var weight = Random(40, 30);
        PackedLinear layer;
        using (NewDisposeScope())
        {
            layer = PackedLinear.Create(weight.alias(), Random(40));
            layer.Forward(Random(3, 30));
        }

        using (layer)
        {
            Assert.Equal([3, 40], layer.Forward(Random(3, 30)).shape);
        }
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        using var layer = PackedLinear.Create(Random(6, 5), null);
        var fault = Assert.Throws<ArgumentException>(() => layer.Forward(Random(2, 4)));
        Assert.StartsWith("Inputs must be [5] in the last extent, but are Float32 [2, 4].", fault.Message, StringComparison.Ordinal);
        fault = Assert.Throws<ArgumentException>(() => PackedLinear.Create(Random(6, 5), Random(5)));
        Assert.StartsWith("Weights must be [outputs, inputs] and a bias [outputs] of their type, but they are Float32 [6, 5] and Float32 [5].", fault.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => layer.Forward(Random(2, 5).to(ScalarType.Float64)));
    }

    private static bool IsAvailable(LinearKernel kernel) => kernel switch { LinearKernel.Packed => OneDnn.IsAvailable(), LinearKernel.Panels => PanelLinear.IsAvailable, _ => true };

    private Tensor Halves(params long[] shape) => Random(shape).to_type(bfloat16);

    private Tensor Random(params long[] shape) => randn(shape, generator: random);
}
