using System.Collections.Concurrent;
using System.Diagnostics;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>Which kernel is the fastest for a shape of linear layers: measured on this machine when first asked for, once a process.</summary>
internal static class LinearVerdicts
{
    /// <summary>How many classes of row counts have a verdict of their own.</summary>
    public const int Classes = 6;

    // A busy machine takes the processor away in the middle of a run: one quiet round in three is likely enough.
    private const int FewestRounds = 3, MostRounds = 7;

    // After this long, the fewest rounds must do.
    private static readonly TimeSpan enough = TimeSpan.FromMilliseconds(4);
    private static readonly ConcurrentDictionary<Shape, LinearKernel> verdicts = new();
    private static readonly Lock gate = new();

    /// <summary>The verdict on a shape; null when none was needed so far.</summary>
    public static LinearKernel? Find(Shape shape) => verdicts.TryGetValue(shape, out var verdict) ? verdict : null;

    /// <summary>The class of a row count: 1, to 4, to 16, to 64, to 256, more.</summary>
    public static int Class(long rows) => rows switch { <= 1 => 0, <= 4 => 1, <= 16 => 2, <= 64 => 3, <= 256 => 4, _ => 5 };

    /// <summary>Finds the verdict on a shape, or measures it. Measurements wait for each other.</summary>
    /// <param name="shape">The layer's shape and the row count's class.</param>
    /// <param name="candidates">The kernels to choose from.</param>
    /// <param name="run">Computes the layer by a kernel, for inputs of this shape.</param>
    /// <param name="end">Told the verdict after a measurement, before the next begins.</param>
    public static LinearKernel Decide(Shape shape, ReadOnlySpan<LinearKernel> candidates, Action<LinearKernel> run, Action<LinearKernel> end)
    {
        if (verdicts.TryGetValue(shape, out var verdict))
        {
            return verdict;
        }

        lock (gate)
        {
            if (!verdicts.TryGetValue(shape, out verdict))
            {
                verdicts[shape] = verdict = Measure(candidates, run);
                end(verdict);
            }

            return verdict;
        }
    }

    private static LinearKernel Measure(ReadOnlySpan<LinearKernel> candidates, Action<LinearKernel> run)
    {
        // The first call brings weights into order and compiles kernels.
        foreach (var kernel in candidates)
        {
            run(kernel);
        }

        // By turns, so that a disturbance hits all of them; the shortest, because disturbances only ever add.
        Span<double> shortest = stackalloc double[candidates.Length];
        shortest.Fill(double.PositiveInfinity);
        var start = Stopwatch.GetTimestamp();
        for (var round = 0; round < MostRounds && (round < FewestRounds || Stopwatch.GetElapsedTime(start) < enough); round++)
        {
            for (var i = 0; i < candidates.Length; i++)
            {
                var begin = Stopwatch.GetTimestamp();
                run(candidates[i]);
                shortest[i] = Math.Min(shortest[i], Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }
        }

        var best = 0;
        for (var i = 1; i < candidates.Length; i++)
        {
            if (shortest[i] * Price(candidates[i]) < shortest[best] * Price(candidates[best]))
            {
                best = i;
            }
        }

        return candidates[best];
    }

    // A copy must be worth its memory.
    private static double Price(LinearKernel kernel) => kernel is LinearKernel.Packed or LinearKernel.Panels ? 1.05 : 1;

    /// <summary>What a verdict depends on.</summary>
    /// <param name="Inputs">The layer's inputs.</param>
    /// <param name="Outputs">The layer's outputs.</param>
    /// <param name="HasBias">Whether it adds a bias.</param>
    /// <param name="Class">The class of the row count.</param>
    /// <param name="Threads">How many threads libtorch computes with.</param>
    /// <param name="IsRounded">Whether it computes with 8 bits; the default is false.</param>
    /// <param name="Type">The type of weights, inputs and outputs; the default is float32.</param>
    public readonly record struct Shape(long Inputs, long Outputs, bool HasBias, int Class, int Threads, bool IsRounded = false, ScalarType Type = ScalarType.Float32);
}
