using System.Diagnostics;
using Ptgp.Backbone;
using Ptgp.Backbone.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Benchmarks;

/// <summary>
/// What a step asks of the host, beside what a plain eager loop asks: t5-small's depth with matrices so small that nearly nothing but asking for them is left. On a GPU this is what a step takes
/// while there is little to compute.
/// </summary>
internal static class HostCost
{
    private const int Steps = 256, Read = 16;

    /// <summary>Writes to so many sources, and gives the cost of a step.</summary>
    /// <param name="rounds">How often; of times the least is given, the beginning with them.</param>
    /// <param name="rows">How many sources are written to at once.</param>
    public static IEnumerable<Measurement> Measure(int rounds, IReadOnlyList<int> rows)
    {
        // In float16 nothing is computed by kernels of our own for the processor: all is asked for as on a GPU, but for the choice of tokens.
        using Transformer near = Make(float32), far = Make(float16);
        using PlainDecoder plain = new(near), plainFar = new(far);
        foreach (var count in rows)
        {
            (string Name, Action<int> Write)[] ways =
            [
                ("plain eager loop, float32", steps => Plain(plain, near, count, steps)),
                ("on the processor, float32", steps => Write(near, count, gathers: false, steps)),
                ("keys gathered, float32", steps => Write(near, count, gathers: true, steps)),
                ("plain eager loop, float16", steps => Plain(plainFar, far, count, steps)),
                ("as on other devices, float16", steps => Write(far, count, gathers: true, steps)),
            ];
            var times = Timing.Shortest(rounds, [.. ways.Select(way => (Action)(() => way.Write(Steps)))]);
            for (var at = 0; at < ways.Length; at++)
            {
                var (name, write) = ways[at];
                var (first, all) = (Count(() => write(1)), Count(() => write(Steps)));
                var what = $"a step of {count} row(s), {name}";
                yield return new($"{what}: time", 1e6 * times[at] / Steps, "µs", Better: "lower");
                if (all.Operators is { } operators)
                {
                    yield return new($"{what}: operators", (operators - first.Operators!.Value) / (double)(Steps - 1), "", Better: "lower");
                }

                yield return new($"{what}: tensors made", (all.Tensors - first.Tensors) / (double)(Steps - 1), "", Better: "lower");
                yield return new($"{what}: managed memory", (all.Bytes - first.Bytes) / 1024.0 / (Steps - 1), "KB", Better: "lower");
            }
        }
    }

    private static Transformer Make(ScalarType dtype) =>
        DecodingBenchmarks.T5(new() { Layers = 6, Heads = 2, HeadWidth = 8, FeedForwardWidth = 32 }, width: 16, vocabulary: 64, CPU, dtype);

    private static void Plain(PlainDecoder plain, Transformer transformer, int rows, int steps) => plain.Greedy(States(transformer, rows), steps).Dispose();

    private static void Write(Transformer transformer, int rows, bool gathers, int steps)
    {
        using var quiet = inference_mode();
        using var scope = NewDisposeScope();
        var options = ResolvedOptions.From(new() { MaxNewTokens = steps, MinNewTokens = steps }, DecoderFacts.Of(transformer.Config));
        using var pool = transformer.MakePool(gathers: gathers);
        using DecodingLoop loop = new(transformer.BeginBatch(pool), CPU);
        loop.Join([.. Enumerable.Range(0, rows).Select(_ => DecodingLoop.Begin(new() { Options = options }))], Encoded(transformer, rows));
        loop.Run();
    }

    private static EncodedStates Encoded(Transformer transformer, int rows)
    {
        var (states, mask) = (States(transformer, rows), ones([rows, Read], @bool));
        return new(new(states, mask), mask, false, () => states);
    }

    private static Tensor States(Transformer transformer, int rows) => randn([rows, Read, transformer.Config.Width], generator: new Generator(3)).to_type(transformer.Dtype);

    private static Cost Count(Action write)
    {
        var (tensors, bytes) = (Tensors(), GC.GetAllocatedBytesForCurrentThread());
        write();
        (tensors, bytes) = (Tensors() - tensors, GC.GetAllocatedBytesForCurrentThread() - bytes);
        return new(OperatorCount.During(write), tensors, bytes);
    }

    private static long Tensors() => DisposeScopeManager.Statistics.CreatedInScopeCount + DisposeScopeManager.Statistics.CreatedOutsideScopeCount;

    private readonly record struct Cost(long? Operators, long Tensors, long Bytes);
}
