using System.Diagnostics;
using System.Globalization;
using Ptgp.Backbone;
using Ptgp.Backbone.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Benchmarks;

/// <summary>What a step asks of the host: t5-small's depth with matrices so small that nearly nothing but asking for them is left. On a GPU this is what a step takes while there is little to compute.</summary>
internal static class HostCost
{
    private const int Steps = 256, Read = 16;

    /// <summary>Writes to so many sources, as the processor looks at keys and values and as other devices do, and gives the cost of a step.</summary>
    /// <param name="rounds">How often; the least is given.</param>
    /// <param name="rows">How many sources are written to at once.</param>
    public static IEnumerable<Measurement> Measure(int rounds, IReadOnlyList<int> rows)
    {
        using var transformer = DecodingBenchmarks.T5(new() { Layers = 6, Heads = 2, HeadWidth = 8, FeedForwardWidth = 32 }, width: 16, vocabulary: 64, CPU, float32);
        foreach (var count in rows)
        {
            foreach (var gathers in (bool[])[false, true])
            {
                Cost[] all = [.. Enumerable.Range(0, rounds + 1).Select(_ => Write(transformer, count, gathers)).Skip(1)];
                var name = $"a step of {count} row(s), {(gathers ? "keys gathered, as other devices do" : "on the processor")}";
                yield return new($"{name}: time", all.Min(cost => cost.Microseconds), "µs", Better: "lower");
                yield return new($"{name}: tensors made", all.Min(cost => cost.Tensors), "", Better: "lower");
                yield return new($"{name}: managed memory", all.Min(cost => cost.Bytes) / 1024, "KB", Better: "lower");
            }
        }
    }

    private static Cost Write(Transformer transformer, int rows, bool gathers)
    {
        using var quiet = inference_mode();
        using var scope = NewDisposeScope();
        var states = randn([rows, Read, transformer.Config.Width], generator: new Generator(3));
        var mask = ones([rows, Read], @bool);
        var options = ResolvedOptions.From(new() { MaxNewTokens = Steps, MinNewTokens = Steps }, DecoderFacts.Of(transformer.Config));
        using var pool = transformer.MakePool(gathers: gathers);
        using DecodingLoop loop = new(transformer.BeginBatch(pool), CPU);
        loop.Join([.. Enumerable.Range(0, rows).Select(_ => DecodingLoop.Begin(new() { Options = options }))], new(new(states, mask), mask, false, () => states));
        loop.Step();
        var (tensors, bytes, begin) = (Tensors(), GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        loop.Run();
        const double counted = Steps - 1;
        return new(Stopwatch.GetElapsedTime(begin).TotalMicroseconds / counted, (Tensors() - tensors) / counted, (GC.GetAllocatedBytesForCurrentThread() - bytes) / counted);
    }

    private static long Tensors() => DisposeScopeManager.Statistics.CreatedInScopeCount + DisposeScopeManager.Statistics.CreatedOutsideScopeCount;

    private readonly record struct Cost(double Microseconds, double Tensors, double Bytes);
}
