using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp train --dry-run</c>: makes a few steps of a training that is thrown away, to say what the whole would take.</summary>
internal static class TrainingTrial
{
    // The first is left out of the time: it allocates, and chooses kernels.
    private const int Steps = 6;

    /// <summary>Tries a training.</summary>
    /// <param name="task">The task.</param>
    /// <param name="request">The training; nothing is written to its output.</param>
    /// <param name="status">What shows how it goes on.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<JsonObject> RunAsync(ITaskRunner task, TrainingRequest request, StatusLine status, CancellationToken cancellation)
    {
        using ThrowawayFolder folder = new();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        List<(TrainingStep Step, long Time)> steps = [];
        var result = await task.TrainAsync(
            request with
            {
                Output = folder.Path,
                Resume = false,
                HeldOut = [],
                OnEvaluation = null,
                OnStep = step =>
                {
                    steps.Add((step, Stopwatch.GetTimestamp()));
                    status.Show($"step {step.Step} of {Steps} tried");
                    if (steps.Count >= Steps)
                    {
                        enough.Cancel();
                    }
                },
            },
            enough.Token).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        var whole = steps[^1].Step.Steps;
        var report = new JsonObject
        {
            ["steps"] = whole,
            ["parameters"] = result.Parameters,
            ["targetsPerStep"] = steps.Average(step => (double)step.Step.Tokens),
            ["firstLoss"] = steps[0].Step.Loss,
            ["peakMemoryBytes"] = Process.GetCurrentProcess().PeakWorkingSet64,
            ["checkpointBytes"] = Size(Path.Combine(folder.Path, Host.Training.TrainingFolder.Last)),
            ["badLines"] = result.BadLines,
        };
        if (steps.Count > 1)
        {
            var seconds = Stopwatch.GetElapsedTime(steps[0].Time, steps[^1].Time).TotalSeconds / (steps.Count - 1);
            report["secondsPerStep"] = seconds;
            report["targetsPerSecond"] = steps.Skip(1).Average(step => (double)step.Step.Tokens) / seconds;
            report["seconds"] = seconds * whole;
        }

        return report;
    }

    /// <summary>Says it in a few lines.</summary>
    public static string AsText(JsonObject report)
    {
        string[] lines =
        [
            FormattableString.Invariant($"{Number("steps"):#,0} steps of about {Number("targetsPerStep"):#,0} targets, {Number("parameters"):#,0} parameters trained; the first loss is {Number("firstLoss"):0.0000}."),
            report["seconds"] is null ? "Time: not known, there is but one step."
                : FormattableString.Invariant($"Time: about {TimeSpan.FromSeconds(Math.Ceiling(Number("seconds"))):c} ({Number("secondsPerStep"):0.###} s a step, {Number("targetsPerSecond"):#,0} targets a second), evaluations not counted."),
            FormattableString.Invariant($"Memory: {Number("peakMemoryBytes") / 1e6:#,0} MB of the host's so far; longer batches later may take more. Disk: {Number("checkpointBytes") / 1e6:#,0.0} MB to go on from, and what tasks use beside it."),
        ];
        return string.Join('\n', lines) + (Number("badLines") > 0 ? FormattableString.Invariant($"\n{Number("badLines")} lines of the data read so far are no examples.") : "");

        double Number(string name) => report[name] is { } node ? double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture) : 0;
    }

    private static long Size(string folder) => Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) : 0;
}
