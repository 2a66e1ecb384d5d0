using Ptgp.Backbone;
using Ptgp.Backbone.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Benchmarks;

/// <summary>Writing 64 tokens on shapes of published checkpoints: the plain eager loop (A) against ours (B), in every type that the device computes in.</summary>
internal static class DecodingBenchmarks
{
    private const int Length = 64;

    /// <summary>Measures.</summary>
    /// <param name="rounds">How often.</param>
    /// <param name="choice">What.</param>
    public static IEnumerable<Measurement> Measure(int rounds, DecodingChoice choice)
    {
        foreach (var shape in DecodingShape.All.Where(shape => choice.Shapes.Contains(shape.Name)))
        {
            var reference = choice.Device.type == DeviceType.CPU ? float32 : bfloat16;
            using var transformer = shape.Make(choice.Device, reference);
            using var plain = new PlainDecoder(transformer);
            var others = choice.Dtypes.Where(dtype => dtype != DecodingChoice.Name(reference)).ToDictionary(dtype => dtype, dtype => Make(shape, choice.Device, dtype));
            var ours = new Dictionary<string, Transformer>(others);
            if (choice.Dtypes.Contains(DecodingChoice.Name(reference)))
            {
                ours[DecodingChoice.Name(reference)] = transformer;
            }

            foreach (var beams in choice.Beams)
            {
                foreach (var batch in choice.Rows)
                {
                    foreach (var measurement in Measure(rounds, choice, shape, plain, ours, batch, beams))
                    {
                        yield return measurement;
                    }
                }
            }

            foreach (var other in others.Values)
            {
                other.Dispose();
            }
        }
    }

    private static IEnumerable<Measurement> Measure(int rounds, DecodingChoice choice, DecodingShape shape, PlainDecoder plain, Dictionary<string, Transformer> ours, int batch, int beams)
    {
        using var scope = NewDisposeScope();
        var source = Source(shape, choice.Device, batch);
        var plainSource = source.is_floating_point() && choice.Device.type != DeviceType.CPU ? source.to_type(bfloat16) : source;
        string[] names = [.. ours.Keys];
        var rows = new int[names.Length][];
        var seconds = Timing.Shortest(rounds, [() => Plain(Length), .. names.Select((name, at) => (Action)(() => rows[at] = Write(ours[name], source, beams, Length)))]);
        var what = $"{shape.Name}, {(beams == 1 ? "greedy" : $"beam {beams}")}, B = {batch}";
        yield return new($"{what}: plain eager (A)", batch * Length / seconds[0], "tokens/s");
        for (var at = 0; at < names.Length; at++)
        {
            yield return new($"{what}: ours, {names[at]}", batch * Length / seconds[at + 1], "tokens/s");
            yield return new($"{what}: {names[at]} over A", seconds[0] / seconds[at + 1], "x", choice.Goal(names[at], batch, beams));
        }

        if (names.IndexOf("float32") is var exact and >= 0 && beams == 1)
        {
            using var written = plain.Greedy(plainSource, Length).cpu();
            var theirs = written.data<long>().ToArray();
            yield return new($"{what}: tokens of A that ours writes", 100.0 * theirs.Zip(rows[exact]).Count(pair => pair.First == pair.Second) / theirs.Length, "%", 99);
        }

        // A prompt is read as fast as matrices are multiplied, whoever does it; what follows is what decoding costs.
        if (shape.Config.Encoder is null)
        {
            var first = Timing.Shortest(rounds, [() => Plain(1), .. names.Select(name => (Action)(() => Write(ours[name], source, beams, 1)))]);
            for (var at = 0; at < names.Length; at++)
            {
                yield return new($"{what}: {names[at]} over A, after the prompt", (seconds[0] - first[0]) / (seconds[at + 1] - first[at + 1]), "x", choice.Goal(names[at], batch, beams));
            }
        }

        void Plain(int length) => plain.Write(plainSource, beams, length);
    }

    /// <summary>Writes with ours alone, or with the plain loop alone, for a profiler to look on, and says how long a step took at best.</summary>
    public static IEnumerable<Measurement> Write(int rounds, DecodingChoice choice, bool isPlain)
    {
        foreach (var shape in DecodingShape.All.Where(shape => choice.Shapes.Contains(shape.Name)))
        {
            foreach (var dtype in choice.Dtypes)
            {
                using var transformer = Make(shape, choice.Device, dtype);
                using var plain = isPlain ? new PlainDecoder(transformer) : null;
                foreach (var beams in choice.Beams)
                {
                    foreach (var batch in choice.Rows)
                    {
                        using var scope = NewDisposeScope();
                        var source = Source(shape, choice.Device, batch);
                        var seconds = Timing.Shortest(rounds, () =>
                        {
                            if (plain is null)
                            {
                                Write(transformer, source, beams, Length);
                            }
                            else
                            {
                                plain.Write(source, beams, Length);
                            }
                        });
                        yield return new($"{shape.Name}, {(isPlain ? "plain eager, " : "")}{dtype}, {(beams == 1 ? "greedy" : $"beam {beams}")}, B = {batch}", 1e3 * seconds[0] / Length, "ms/step", Better: "lower");
                    }
                }
            }
        }
    }

    private static Transformer Make(DecodingShape shape, Device device, string dtype) => dtype == "int8"
        ? shape.Make(device, float32, LinearArithmetic.Quantized)
        : shape.Make(device, dtype == "bfloat16" ? bfloat16 : float32);

    // Encoders are given as much as decoders need of them: states, so that decoding alone is timed.
    private static Tensor Source(DecodingShape shape, Device device, int batch) => shape.Config.Encoder is null
        ? randint(2, shape.Config.Vocabulary - 2, [batch, shape.Read], dtype: int64, generator: new Generator(3)).to(device)
        : randn([batch, shape.Read, shape.Config.Width], generator: new Generator(3)).to(device);

    // The tokens of the best of each source, one after the other.
    private static int[] Write(Transformer transformer, Tensor source, int beams, int length)
    {
        using var quiet = inference_mode();
        using var scope = NewDisposeScope();
        var config = transformer.Config;
        var mask = ones([source.size(0), source.size(1)], @bool, source.device);
        var options = ResolvedOptions.From(
            new() { NumBeams = beams, MaxNewTokens = length, MinNewTokens = length, EarlyStopping = EarlyStopping.Never }, DecoderFacts.Of(config with { StartId = 0 }));
        var writesOn = config.Encoder is null;
        var states = writesOn ? transformer.Embed(new() { Source = source, Mask = mask }).States : source.to_type(transformer.Dtype);
        var read = writesOn ? transformer.Encode(new(states, mask)) : new(new(states, mask), mask, false, () => states);
        SourceSearch[] searches = [.. Enumerable.Range(0, (int)source.size(0)).Select(row => DecodingLoop.Begin(new() { Options = options, Source = writesOn ? [.. Ids(source[row])] : [] }))];
        DecodingLoop.Write(transformer, read, searches);
        return [.. searches.SelectMany(search => search.Results[0].Tokens[search.Given..])];
    }

    private static IEnumerable<int> Ids(Tensor row) => row.cpu().data<long>().Select(id => (int)id);

    /// <summary>A Transformer of t5-small's shape.</summary>
    internal static Transformer T5Small(Device device, ScalarType dtype) => DecodingShape.All[0].Make(device, dtype);

    /// <summary>A Transformer of T5's kind, as deep on either side.</summary>
    internal static Transformer T5(StackConfig stack, int width, int vocabulary, Device device, ScalarType dtype) =>
        new DecodingShape("", "t5", DecodingShape.T5(stack, width, vocabulary)).Make(device, dtype);
}
