using CsCheck;
using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Native;

public sealed class PanelLinearTests
{
    [Fact]
    public void ItIsALinearLayerWhoseRowsKnowNothingOfEachOther()
    {
        Assert.SkipUnless(PanelLinear.IsAvailable, "this processor has no AVX-512");
        set_num_threads(1);
        Gen.Select(Gen.Int[1, 21], Gen.Int[1, 600], Gen.Int[1, 130], Gen.Bool, Gen.Bool, Gen.ULong).Sample(
            (rows, inputs, outputs, hasBias, relu, seed) =>
            {
                using var scope = NewDisposeScope();
                using var gradientless = no_grad();
                using var generator = new Generator(seed);
                var (x, weight, bias) = (randn([rows, inputs], generator: generator), randn([outputs, inputs], generator: generator), hasBias ? randn([outputs], generator: generator) : null);
                var panels = PanelLinear.Pack(weight);
                var found = PanelLinear.Multiply(x, panels, outputs, bias, relu);
                var exact = nn.functional.linear(x.to_type(float64), weight.to_type(float64), bias?.to_type(float64));
                Gradient.AssertClose((relu ? exact.relu() : exact).to_type(float32), found, 1e-4);
                var row = (int)(seed % (ulong)rows);
                var alone = PanelLinear.Multiply(x.narrow(0, row, 1).contiguous(), panels, outputs, bias, relu);
                Assert.Equal(alone.data<float>().ToArray(), found[row].contiguous().data<float>().ToArray());
            },
            iter: 150,
            threads: 1);
    }

    [Fact]
    public void SeveralThreadsGiveTheSame()
    {
        Assert.SkipUnless(PanelLinear.IsAvailable, "this processor has no AVX-512");
        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        var (x, panels) = (randn(12, 900), PanelLinear.Pack(randn(701, 900)));
        set_num_threads(1);
        var one = PanelLinear.Multiply(x, panels, 701, null, relu: false);
        set_num_threads(3);
        var three = PanelLinear.Multiply(x, panels, 701, null, relu: false);
        set_num_threads(1);
        Assert.Equal(one.data<float>().ToArray(), three.data<float>().ToArray());
    }
}
