using CsCheck;
using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Native;

public class QuantizedLinearTests
{
    [Fact]
    public void ItIsALinearLayerOfWhatWasRounded() =>
        Gen.Select(Gen.Long[1, 70], Gen.Long[1, 70], Gen.Long[1, 40], Gen.Bool, Gen.Bool, Gen.Int[0, 1000]).Sample(
            (inputs, outputs, rows, hasBias, relu, seed) =>
            {
                Assert.SkipUnless(Ops.CanQuantize, "this libtorch has no oneDNN");
                using var scope = NewDisposeScope();
                using var gradientless = no_grad();
                var random = new Generator((ulong)seed);
                var (weight, x, bias) = (randn([outputs, inputs], generator: random), randn([rows, inputs], generator: random), hasBias ? randn([outputs], generator: random) : null);
                using QuantizedLinear layer = new(weight, bias);
                var expected = nn.functional.linear(Raised(x), Rounded(weight), bias);
                Gradient.AssertClose(relu ? expected.relu() : expected, layer.Multiply(x, relu));
            },
            iter: 60,
            threads: 1);

    [Fact]
    public void ARowGivesTheSameToTheBitWhateverStandsBesideIt()
    {
        Assert.SkipUnless(Ops.CanQuantize, "this libtorch has no oneDNN");
        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        using var layer = PackedLinear.Create(randn([96, 64]), randn([96]), arithmetic: LinearArithmetic.Quantized);
        var rows = randn([33, 64]) * tensor(3f);
        var together = layer.Forward(rows);
        for (var row = 0; row < 33; row++)
        {
            Assert.True(together.narrow(0, row, 1).equal(layer.Forward(rows.narrow(0, row, 1))).all().item<bool>());
        }
    }

    [Fact]
    public void FewRowsGiveTheSameToTheBitWhoeverMultipliesThem() =>
        Gen.Select(Gen.Long[1, 700], Gen.Long[1, 70], Gen.Long[1, 4], Gen.Bool, Gen.Int[0, 1000]).Sample(
            (inputs, outputs, rows, relu, seed) =>
            {
                Assert.SkipUnless(Ops.CanQuantize && NearProducts.IsAvailable, "this libtorch has no oneDNN, or the processor no AVX2");
                using var scope = NewDisposeScope();
                using var gradientless = no_grad();
                var random = new Generator((ulong)seed);
                var (weight, x) = (randn([outputs, inputs], generator: random), randn([rows, inputs], generator: random));
                using QuantizedLinear layer = new(weight, randn([outputs], generator: random));
                Assert.True(layer.Multiply(x, relu).equal(layer.Multiply(x, relu, isNear: true)).all().item<bool>());
            },
            iter: 60,
            threads: 1);

    [Fact]
    public void TheGreatestNumbersAreSummedExactly()
    {
        Assert.SkipUnless(Ops.CanQuantize && NearProducts.IsAvailable, "this libtorch has no oneDNN, or the processor no AVX2");
        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        const int inputs = 2048;
        // All products are as great as can be, and of one sign: what overflows would show.
        using QuantizedLinear layer = new(cat([ones(4, inputs), ones(4, inputs).neg()], 0), null);
        var sums = layer.Multiply(cat([ones(1, inputs), ones(1, inputs).neg()], 0), relu: false, isNear: true);
        var expected = cat([cat([full([1, 4], (float)inputs), full([1, 4], -(float)inputs)], 1), cat([full([1, 4], -(float)inputs), full([1, 4], (float)inputs)], 1)], 0);
        Assert.True(allclose(expected, sums, 1e-5));
    }

    [Fact]
    public void GradientsComeFromTheWeightsAsTheyAre()
    {
        using var scope = NewDisposeScope();
        using var layer = PackedLinear.Create(randn([8, 16]), null, arithmetic: LinearArithmetic.Quantized);
        var x = randn([3, 16], requires_grad: true);
        layer.Forward(x).sum().backward();
        Assert.NotNull(x.grad);
    }

    [Fact]
    public void ABackboneOfEightBitsWritesNearlyTheSame()
    {
        Assert.SkipUnless(Ops.CanQuantize, "this libtorch has no oneDNN");
        using var scope = NewDisposeScope();
        using var quiet = inference_mode();
        using Transformer exact = Load("marian"), rounded = Load("marian", LinearArithmetic.Quantized);
        var (a, b) = (Read(exact), Read(rounded));
        // What is read is computed exactly, for every step sees it.
        Assert.True(allclose(a.States, b.States, 1e-4, 1e-5));
        Assert.InRange(Difference(Written(exact, a), Written(rounded, b)), 1e-6, 0.05);

        Tensor Written(Transformer transformer, EncodedStates read) => transformer.DecodeInputs(read, Ops.Range(5, 9, CPU).view(1, 4));
    }

    [Fact]
    public void AnEncoderThatStandsAloneIsRounded()
    {
        Assert.SkipUnless(Ops.CanQuantize, "this libtorch has no oneDNN");
        using var scope = NewDisposeScope();
        using var quiet = inference_mode();
        using Transformer exact = Load("bert"), rounded = Load("bert", LinearArithmetic.Quantized);
        Assert.InRange(Difference(Read(exact).States, Read(rounded).States), 1e-6, 0.05);
    }

    private static Transformer Load(string model, LinearArithmetic arithmetic = LinearArithmetic.Fastest) =>
        CheckpointFolder.Open(Repository.Fixture("models", model)).LoadTransformer(CPU, ScalarType.Float32, arithmetic: arithmetic);

    private static EncodedStates Read(Transformer transformer) =>
        transformer.Encode(transformer.Embed(new() { Source = Ops.Range(3, 15, CPU).view(1, 12), Mask = ones(1, 12, ScalarType.Bool) }));

    private static float Difference(Tensor a, Tensor b) => (a - b).norm().item<float>() / a.norm().item<float>();

    // Each row to multiples of the 255th of how far it reaches, 0 included.
    private static Tensor Raised(Tensor rows)
    {
        var (least, greatest) = (rows.amin([1], keepdim: true).minimum(tensor(0f)), rows.amax([1], keepdim: true).maximum(tensor(0f)));
        // Multiplied by the share as it is there: a number halfway between two steps is rounded as its last bit has it.
        var share = tensor(255f) / (greatest - least);
        var zeros = (least.neg() * share).round();
        return ((rows * share).round().add(zeros).clamp(0, 255) - zeros) * ((greatest - least) / 255f);
    }

    // Each row to multiples of its greatest number's 127th.
    private static Tensor Rounded(Tensor rows)
    {
        var scales = rows.abs().amax([1], keepdim: true) / 127f;
        return (rows / scales).round() * scales;
    }
}
