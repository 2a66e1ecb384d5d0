using System.Diagnostics;
using Ptgp.Backbone;
using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Benchmarks;

/// <summary>
/// A training step on t5-small's shape, 16 texts of 64 to 64: the plain eager loop (A) against ours (B), and against the multiplication of matrices that both are made of. Least times of
/// rounds in turn, since a machine that others use makes some longer and none shorter.
/// </summary>
internal static class TrainingBenchmarks
{
    private const int Batch = 16, Length = 64;
    private const double Dropped = 0.1;

    // 2 operations for each weight and position forward, 4 backward: 41.9 million weights of layers, of which decoders' read both sides, attention, and 16.4 million of the output.
    private const double Operations = 372e9;

    // The reference's step, and what its machine multiplied at the same time: 2.45 s, and 1.28 s of bfloat16, at 356 GFLOP/s.
    private const double Published = Operations / (2.45 * 356e9), PublishedRounded = Operations / (1.28 * 356e9);

    public static IEnumerable<Measurement> Measure(int rounds)
    {
        using var transformer = DecodingBenchmarks.T5Small(CPU, float32);
        using var plain = new PlainT5Training(transformer, Dropped);
        FineTuningRecipe recipe = new() { Tuning = BackboneTuning.Full, Dropout = Dropped };
        using var full = new TrainedT5(transformer, recipe);
        using var again = new TrainedT5(transformer, recipe with { GradientCheckpointing = true }, full);
        using var deltas = new TrainedT5(transformer, recipe with { Tuning = BackboneTuning.LowRank });
        using var rounded = new TrainedT5(transformer, recipe with { Precision = TrainingPrecision.Bfloat16 }, full);
        using var roundedDeltas = new TrainedT5(transformer, recipe with { Precision = TrainingPrecision.Bfloat16, Tuning = BackboneTuning.LowRank }, deltas);
        using var seeded = new Generator(3);
        using var scope = NewDisposeScope();
        var (source, labels) = (randint(2, 32128, [Batch, Length], dtype: int64, generator: seeded), randint(2, 32128, [Batch, Length], dtype: int64, generator: seeded));
        (long[], long[])[] examples = [.. Enumerable.Range(0, Batch).Select(row => (source[row].data<long>().ToArray(), labels[row].data<long>().ToArray()))];
        var (a, b) = (rand(1024, 1024), rand(1024, 1024));
        var (aRounded, bRounded) = (a.to(bfloat16), b.to(bfloat16));
        var names = new[] { "sgemm", "bf16 gemm", "plain eager (A)", "ours (B)", "plain eager, bf16 (A)", "ours, bf16 (B)", "ours, low rank", "ours, low rank, bf16", "ours, layers computed anew" };
        var times = Least(
            rounds,
            () => Multiply(a, b),
            () => Multiply(aRounded, bRounded),
            () => plain.Step(source, labels, false),
            () => full.Step(examples),
            () => plain.Step(source, labels, true),
            () => rounded.Step(examples),
            () => deltas.Step(examples),
            () => roundedDeltas.Step(examples),
            () => again.Step(examples));
        var multiplied = 20 * 2.0 * 1024 * 1024 * 1024;
        var threads = get_num_threads();
        yield return new($"{threads} threads: sgemm 1024", multiplied / times[0].Wall / 1e9, "GFLOP/s");
        yield return new($"{threads} threads: sgemm 1024", multiplied / times[0].Processor / 1e9, "GFLOP/s of CPU");
        yield return new($"{threads} threads: bf16 gemm 1024", multiplied / times[1].Wall / 1e9, "GFLOP/s");
        for (var i = 2; i < names.Length; i++)
        {
            yield return new($"t5-small step: {names[i]}", times[i].Wall, "s");
            yield return new($"t5-small step: {names[i]}", times[i].Processor, "s of CPU");
        }

        yield return new("t5-small step: B over A", times[2].Wall / times[3].Wall, "x", 1);
        yield return new("t5-small step: B over A, CPU time", times[2].Processor / times[3].Processor, "x", 1);
        yield return new("t5-small step, bf16: B over A", times[4].Wall / times[5].Wall, "x", 1);
        yield return new("t5-small step, bf16: B over A, CPU time", times[4].Processor / times[5].Processor, "x", 1);
        // By the processor's time, of which others take none; with one thread it is that of the clock on a machine of one's own.
        var (share, roundedShare) = (Operations / multiplied * times[0].Processor / times[3].Processor, Operations / multiplied * times[0].Processor / times[5].Processor);
        yield return new("t5-small step: ours, share of sgemm", share, "x");
        yield return new("t5-small step: ours over the published one, both to sgemm", share / Published, "x", 1);
        yield return new("t5-small step, bf16: ours, share of sgemm", roundedShare, "x");
        yield return new("t5-small step, bf16: ours over the published one, both to sgemm", roundedShare / PublishedRounded, "x", 1);
        yield return new("t5-small step: low rank to full", times[6].Processor / times[3].Processor, "x", 0.6, "lower");
        yield return new("t5-small step, bf16: low rank to full", times[7].Processor / times[5].Processor, "x", 0.6, "lower");
        yield return new("t5-small step: layers computed anew to kept", times[8].Processor / times[3].Processor, "x", 1.4, "lower");
    }

    private static void Multiply(Tensor a, Tensor b)
    {
        for (var i = 0; i < 20; i++)
        {
            mm(a, b).Dispose();
        }
    }

    /// <summary>Runs each function once to warm up, then all of them in turn, and gives the least seconds of each by the clock and of the process's processors.</summary>
    private static (double Wall, double Processor)[] Least(int rounds, params Action[] functions)
    {
        var least = functions.Select(_ => (Wall: double.PositiveInfinity, Processor: double.PositiveInfinity)).ToArray();
        for (var round = -1; round < rounds; round++)
        {
            for (var i = 0; i < functions.Length; i++)
            {
                using var process = Process.GetCurrentProcess();
                var (start, used) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
                functions[i]();
                process.Refresh();
                if (round >= 0)
                {
                    least[i] = (Math.Min(least[i].Wall, Stopwatch.GetElapsedTime(start).TotalSeconds), Math.Min(least[i].Processor, (process.TotalProcessorTime - used).TotalSeconds));
                }
            }
        }

        return least;
    }
}
