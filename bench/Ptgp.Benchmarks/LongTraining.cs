extern alias plots;
using System.Diagnostics;
using System.Globalization;
using plots::ScottPlot;
using plots::ScottPlot.MultiplotLayouts;
using Ptgp.Backbone;
using Ptgp.Host;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training;
using static TorchSharp.torch;

namespace Ptgp.Benchmarks;

/// <summary>Trains a small backbone for thousands of steps as <c>ptgp train</c> does — lazily read data, evaluations, checkpoints — and notes on the way what memory it takes.</summary>
internal static class LongTraining
{
    private const int Every = 100, Vocabulary = 500;

    /// <summary>Trains, and writes <c>memory.csv</c> and <c>memory.png</c>.</summary>
    /// <param name="steps">How many steps are made.</param>
    /// <param name="recomputes">Whether layers are computed anew for their gradients.</param>
    /// <param name="output">The folder.</param>
    /// <returns>How memory went, in a few lines.</returns>
    public static async Task<string> RunAsync(int steps, bool recomputes, string output)
    {
        Directory.CreateDirectory(output);
        var folder = Directory.CreateTempSubdirectory("ptgp-memory-").FullName;
        try
        {
            var checkpoint = FreshCheckpoint.Write(FreshShape.All.Single(shape => shape.Name == "t5-micro"), Path.Combine(folder, "fresh"), Vocabulary, seed: 1);
            using var transformer = checkpoint.LoadTransformer(CPU, float32);
            List<Sample> samples = [];
            var table = Path.Combine(output, "memory.csv");
            File.WriteAllText(table, "step,seconds,workingSet,privateBytes,managedBytes,tensors\n");
            var start = Stopwatch.GetTimestamp();
            await Trainer(checkpoint, transformer, steps, recomputes).TrainAsync(new() { Data = [], Output = Path.Combine(folder, "run"), OnStep = step => Note(step.Step) }, CancellationToken.None).ConfigureAwait(false);
            Draw(samples, Path.Combine(output, "memory.png"));
            return Summary(samples);

            void Note(int step)
            {
                if (step == 1 || step % Every == 0)
                {
                    using var process = Process.GetCurrentProcess();
                    Sample sample = new(step, Stopwatch.GetElapsedTime(start).TotalSeconds, process.WorkingSet64, process.PrivateMemorySize64, GC.GetTotalMemory(false), Tensor.TotalCount);
                    samples.Add(sample);
                    File.AppendAllText(table, string.Create(CultureInfo.InvariantCulture, $"{sample.Step},{sample.Seconds:0.0},{sample.WorkingSet},{sample.Private},{sample.Managed},{sample.Tensors}\n"));
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Trainer<long[], long[], long[], long[]> Trainer(CheckpointFolder checkpoint, Transformer transformer, int steps, bool recomputes)
    {
        BackboneView view = new(checkpoint.Describe("numbers"), new NumbersTokenizer(Vocabulary), transformer);
        return new()
        {
            Name = "numbers",
            Plugin = new Numbers(),
            Head = new NumbersHead(view),
            Backbone = view,
            Checkpoint = checkpoint,
            Recipe = new() { Tuning = BackboneTuning.Full, MaxSteps = steps, BatchSize = 4, ShuffleBuffer = 400, EvaluateEvery = 500, Dropout = 0.1, LabelSmoothing = 0.1, Ema = 0.99, GradientCheckpointing = recomputes },
            Examples = Examples(2000, seed: 1),
            HeldOut = [.. Examples(50, seed: 2)],
            Answer = (inputs, _) => Task.FromResult(inputs),
            Log = new Quiet(),
        };
    }

    private static IEnumerable<Example<long[], long[]>> Examples(int count, int seed)
    {
        Random random = new(seed);
        for (var i = 0; i < count; i++)
        {
            long[] numbers = [.. Enumerable.Range(0, random.Next(4, 24)).Select(_ => random.NextInt64(2, Vocabulary)), 1];
            yield return new(numbers, [.. numbers.Where((_, at) => at % 2 == 0), 1]);
        }
    }

    private static void Draw(List<Sample> samples, string file)
    {
        double[] steps = [.. samples.Select(sample => (double)sample.Step)];
        Multiplot all = new() { Layout = new Rows() };
        all.AddPlots(2);
        Lines(all.GetPlot(0), "MB", ("working set", sample => sample.WorkingSet / 1e6), ("managed", sample => sample.Managed / 1e6));
        Lines(all.GetPlot(1), "tensors alive", ("tensors", sample => sample.Tensors));
        all.SavePng(file, 900, 560);

        void Lines(Plot plot, string unit, params (string Name, Func<Sample, double> Value)[] lines)
        {
            foreach (var (name, value) in lines)
            {
                plot.Add.ScatterLine(steps, [.. samples.Select(value)]).LegendText = name;
            }

            plot.Axes.SetLimitsY(0, lines.Max(line => samples.Max(line.Value)) * 1.1);
            plot.XLabel("step");
            plot.YLabel(unit);
            plot.ShowLegend();
        }
    }

    // The first tenth is warm-up: kernels, pools and the runtime's own heap grow into it.
    private static string Summary(List<Sample> samples)
    {
        Sample[] kept = [.. samples.Where(sample => sample.Step > samples[^1].Step / 10)];
        var tenth = Math.Max(1, kept.Length / 10);
        var (first, last) = (kept.Take(tenth).Average(sample => (double)sample.WorkingSet), kept.TakeLast(tenth).Average(sample => (double)sample.WorkingSet));
        var (meanStep, meanSet) = (kept.Average(sample => (double)sample.Step), kept.Average(sample => (double)sample.WorkingSet));
        var slope = kept.Sum(sample => (sample.Step - meanStep) * (sample.WorkingSet - meanSet)) / kept.Sum(sample => (sample.Step - meanStep) * (sample.Step - meanStep));
        return string.Create(CultureInfo.InvariantCulture, $"""
            {samples[^1].Step} steps in {samples[^1].Seconds:0} s; after the first tenth:
            working set {first / 1e6:0.0} MB → {last / 1e6:0.0} MB ({(last / first) - 1:+0.0%;-0.0%}), {slope:0.0} bytes a step by least squares, at most {kept.Max(sample => sample.WorkingSet) / 1e6:0.0} MB
            tensors alive {kept.Min(sample => sample.Tensors)} to {kept.Max(sample => sample.Tensors)}
            """);
    }

    private sealed record Sample(int Step, double Seconds, long WorkingSet, long Private, long Managed, long Tensors);

    private sealed class Numbers : TaskPlugin<long[], long[]>
    {
        public override string Name => "numbers";

        public override IReadOnlyList<DatasetAdapter<long[], long[]>> Datasets => [];

        public override ITaskHead<long[], long[]> CreateHead(IBackbone backbone) => new NumbersHead(backbone);

        public override IReadOnlyList<Metric> Score(IReadOnlyList<Answer<long[], long[]>> answers) => [new("same", answers.Count(answer => answer.Predicted.SequenceEqual(answer.Expected)))];
    }

    private sealed class Quiet : IConsoleLog
    {
        public void Status(string message)
        {
        }

        public void Warn(string message)
        {
        }

        public void Detail(string message)
        {
        }
    }
}
