using System.Diagnostics;
using System.Globalization;
using static TorchSharp.torch;

namespace Ptgp.Benchmarks;

/// <summary>What a process takes at most that makes two steps on t5-small's shape. One process measures one way: what another has let go of, the allocator may keep.</summary>
internal static class StepMemory
{
    /// <summary>Makes the steps.</summary>
    /// <param name="batch">How many texts.</param>
    /// <param name="length">How long each is, read and written.</param>
    /// <param name="recomputes">Whether layers are computed anew for their gradients.</param>
    /// <returns>A line that says it.</returns>
    public static string Measure(int batch, int length, bool recomputes)
    {
        using var transformer = DecodingBenchmarks.T5Small(CPU, float32);
        using var trained = new TrainedT5(transformer, new() { Tuning = BackboneTuning.Full, Dropout = 0.1, GradientCheckpointing = recomputes });
        Random random = new(3);
        (long[], long[])[] examples = [.. Enumerable.Range(0, batch).Select(_ => (Ids(), Ids()))];
        var (before, losses) = (Peak(), new[] { trained.Step(examples), trained.Step(examples) });
        return string.Create(CultureInfo.InvariantCulture, $"{batch} texts of {length} to {length}, layers {(recomputes ? "computed anew" : "kept")}: {Peak() / 1e6:0} MB at most, {before / 1e6:0} MB before the first step; losses {losses[0]:0.######}, {losses[1]:0.######}");

        long[] Ids() => [.. Enumerable.Range(0, length).Select(_ => random.NextInt64(2, 32128))];
    }

    private static long Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
