using System.Diagnostics;
using System.Globalization;
using static TorchSharp.torch;

namespace Ptgp.Benchmarks;

/// <summary>Makes steps of one kind on t5-small's shape, 16 texts of 64 to 64, and nothing else: what a profiler is to see.</summary>
internal static class StepsAlone
{
    /// <summary>Makes the steps.</summary>
    /// <param name="recipe">How it is trained.</param>
    /// <param name="count">How many steps are made after the first, which warms up.</param>
    /// <returns>A line that says the least seconds of the process's processors.</returns>
    public static string Measure(FineTuningRecipe recipe, int count)
    {
        using var transformer = DecodingBenchmarks.T5Small(CPU, float32);
        using var trained = new TrainedT5(transformer, recipe);
        Random random = new(3);
        (long[], long[])[] examples = [.. Enumerable.Range(0, 16).Select(_ => (Ids(), Ids()))];
        trained.Step(examples);
        using var process = Process.GetCurrentProcess();
        var times = Enumerable.Range(0, count).Select(_ =>
        {
            process.Refresh();
            var used = process.TotalProcessorTime;
            trained.Step(examples);
            process.Refresh();
            return (process.TotalProcessorTime - used).TotalSeconds;
        }).ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{recipe.Tuning}, {recipe.Precision}: {times.Min():0.000} s of CPU a step at least, {times.Order().ElementAt(count / 2):0.000} s in the middle of {count}");

        long[] Ids() => [.. Enumerable.Range(0, 64).Select(_ => random.NextInt64(2, 32128))];
    }
}
