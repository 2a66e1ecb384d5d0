using Ptgp.Backbone;
using Ptgp.Backbone.Generation;
using static TorchSharp.torch;

namespace Ptgp.Benchmarks;

/// <summary>Writing 64 tokens to 64 on t5-small's shape: the plain eager loop (A) against ours (B), and on the CPU ours with 8 bits a weight.</summary>
internal static class DecodingBenchmarks
{
    private const int Length = 64;

    // The goals of a core, and those of a GPU, where a step's cost is what the host takes to ask for it.
    private static readonly (int Batch, int Beams, double Goal)[] near = [(1, 1, 2), (8, 1, 2.5), (32, 1, 2.5), (1, 4, 2.5), (8, 4, 2.5)];
    private static readonly (int Batch, int Beams, double Goal)[] far = [(1, 1, 3), (64, 1, 1.5), (256, 1, 1.5), (1, 4, 3), (64, 4, 1.5)];
    private const double QuantizedGoal = 5;

    public static IEnumerable<Measurement> Measure(int rounds, Device device)
    {
        var isNear = device.type == TorchSharp.DeviceType.CPU;
        using var transformer = T5Small(device, isNear ? float32 : bfloat16);
        using var quantized = isNear && Backbone.Native.Ops.CanQuantize ? T5Small(device, float32, LinearArithmetic.Quantized) : null;
        using var scope = NewDisposeScope();
        var plain = new PlainT5(transformer);
        foreach (var (batch, beams, goal) in isNear ? near : far)
        {
            var source = randint(2, transformer.Config.Vocabulary, [batch, Length], dtype: int64, generator: new Generator(3)).to(device);
            Tensor states;
            using (no_grad())
            {
                states = transformer.Encode(transformer.Embed(new() { Source = source, Mask = ones_like(source, @bool) })).States;
            }

            // Both are given the encoder's states, so that decoding alone is timed.
            var seconds = Timing.Interleave(rounds, [() => Plain(states, beams), () => Write(transformer, states, beams), .. quantized is null ? [] : new Action[] { () => Write(quantized, states, beams) }]);
            var name = $"t5-small, {(beams == 1 ? "greedy" : $"beam {beams}")}, B = {batch}";
            yield return new($"{name}: plain eager (A)", batch * Length / seconds[0], "tokens/s");
            yield return new($"{name}: ours (B)", batch * Length / seconds[1], "tokens/s");
            yield return new($"{name}: B over A", seconds[0] / seconds[1], "x", goal);
            if (quantized is not null)
            {
                yield return new($"{name}: ours, int8", batch * Length / seconds[2], "tokens/s");
                yield return new($"{name}: int8 over A", seconds[0] / seconds[2], "x", QuantizedGoal);
            }

            void Plain(Tensor encoded, int width)
            {
                using var written = width == 1 ? plain.Greedy(encoded, Length) : plain.Beams(encoded, width, Length);
                written.cpu().Dispose();                          // a GPU is done when what it wrote is read
            }
        }
    }

    private static void Write(Transformer transformer, Tensor states, int beams)
    {
        using var quiet = inference_mode();
        using var scope = NewDisposeScope();
        var mask = ones([states.size(0), states.size(1)], @bool, states.device);
        var options = ResolvedOptions.From(new() { NumBeams = beams, MaxNewTokens = Length, MinNewTokens = Length, EarlyStopping = EarlyStopping.Never }, new(transformer.Config.OutputVocabulary, 0, 1));
        DecodingLoop.Write(transformer, new(new(states, mask), mask, false, () => states), [.. Enumerable.Range(0, (int)states.size(0)).Select(_ => DecodingLoop.Begin(new() { Options = options }))]);
    }

    /// <summary>A Transformer of t5-small's shape.</summary>
    internal static Transformer T5Small(Device device, ScalarType dtype, LinearArithmetic arithmetic = LinearArithmetic.Fastest) =>
        T5(new() { Layers = 6, Heads = 8, HeadWidth = 64, FeedForwardWidth = 2048 }, width: 512, vocabulary: 32128, device, dtype, arithmetic);

    /// <summary>A Transformer of T5's kind, as deep on either side.</summary>
    internal static Transformer T5(StackConfig stack, int width, int vocabulary, Device device, ScalarType dtype, LinearArithmetic arithmetic = LinearArithmetic.Fastest)
    {
        var config = new TransformerConfig
        {
            Vocabulary = vocabulary,
            Width = width,
            Encoder = stack,
            Decoder = stack,
            Norm = NormKind.RootMeanSquare,
            NormEpsilon = 1e-6,
            HasFinalNorm = true,
            Positions = PositionKind.RelativeBuckets,
            RelativeBuckets = 32,
            RelativeMaxDistance = 128,
            Biases = Biases.None,
            AttentionScale = 1,
            OutputScale = Math.Pow(width, -0.5),
            EndId = 1,
            Arithmetic = arithmetic,
        };
        var transformer = new Transformer(config, new FormulaParameters(Family.All.First(family => family.Name == "t5").NamesOf(config), 0.08, 1.5, device, dtype));
        transformer.eval();
        return transformer;
    }
}
