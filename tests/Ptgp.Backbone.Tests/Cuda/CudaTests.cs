using Ptgp.Backbone.Tests.Generation;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Cuda;

/// <summary>What holds on the CPU holds on a GPU; skipped where there is none.</summary>
public class CudaTests
{
    private const double Tolerance = 1e-4;

    private static readonly string[] EncoderDecoders = ["t5-v1_0", "t5-v1_1", "mt5", "bart", "mbart", "marian", "marian-split", "pegasus", "m2m100", "nllb"];
    private static readonly string[] Decoders = ["gpt2", "llama", "llama-rope-scaled", "qwen2", "mistral"];
    private static readonly string[] Encoders = ["bert", "roberta", "distilbert"];

    public static TheoryData<string> Writing => [.. EncoderDecoders.Concat(Decoders)];

    public static TheoryData<string> Reading => [.. EncoderDecoders.Concat(Decoders).Concat(Encoders)];

    [Theory, MemberData(nameof(Reading))]
    public void StatesAndGradientsAreThoseOfTheCpu(string fixture)
    {
        SkipWithoutCuda();
        using var scope = NewDisposeScope();
        var folder = CheckpointFolder.Open(Repository.Fixture("models", fixture));
        using var near = folder.LoadTransformer(CPU, ScalarType.Float32, trainable: true);
        using var far = folder.LoadTransformer(CUDA, ScalarType.Float32, trainable: true);
        near.eval();
        far.eval();
        var source = randint(5, folder.Config.Vocabulary, [3, 17], dtype: ScalarType.Int64, generator: new Generator(3));
        var mask = arange(17).lt(tensor(new long[] { 17, 11, 4 }).unsqueeze(1));
        var labels = randint(5, folder.Config.Vocabulary, [3, 9], dtype: ScalarType.Int64, generator: new Generator(4));
        var (expected, actual) = (States(near, CPU), States(far, CUDA));
        Assert.InRange((expected - actual.cpu()).mul(mask.unsqueeze(-1).to_type(ScalarType.Float32).narrow(1, 0, Math.Min(17, expected.size(1))).expand_as(expected)).abs().max().item<float>(), 0, Tolerance);
        expected.square().mean().backward();
        actual.square().mean().backward();
        Assert.All(near.NamedParameters, parameter =>
        {
            if (parameter.Value.grad is { } gradient)
            {
                Assert.InRange((gradient - far.NamedParameters[parameter.Key].grad!.cpu()).abs().max().item<float>(), 0, Tolerance * (1 + gradient.abs().max().item<float>()));
            }
        });

        Tensor States(Transformer transformer, Device device)
        {
            var encoded = transformer.Encode(transformer.Embed(new() { Source = source.to(device), Mask = mask.to(device) }));
            return transformer.Config is { Encoder: not null, Decoder: not null } ? transformer.Decode(encoded, labels.to(device)) : encoded.States;
        }
    }

    [Theory, MemberData(nameof(Writing))]
    public void EveryCaseIsTheReferences(string fixture)
    {
        SkipWithoutCuda();
        Assert.All(GoldenCase.All(fixture), golden => GenerationParityTests.Check(fixture, golden, CUDA));
    }

    [Fact]
    public void LoadingInHalfPrecisionPutsEveryWeightThere()
    {
        SkipWithoutCuda();
        using var transformer = CheckpointFolder.Open(Repository.Fixture("models", "t5-v1_0")).LoadTransformer(CUDA, ScalarType.BFloat16);
        Assert.All(transformer.NamedTensors, tensor => Assert.Equal((TorchSharp.DeviceType.CUDA, ScalarType.BFloat16), (tensor.Value.device_type, tensor.Value.dtype)));
    }

    private static void SkipWithoutCuda() => Assert.SkipUnless(cuda.is_available(), "There is no CUDA device.");
}
