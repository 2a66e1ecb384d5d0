using System.Diagnostics;
using System.Reflection;
using Ptgp.Host.Configuration;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training.Reports;

namespace Ptgp.Host.Commands;

/// <summary>Keeps what people look at beside a training: TensorBoard's events while it goes on, curves and a report when it ends.</summary>
internal sealed class TrainingRecord(string folder) : IDisposable
{
    /// <summary>The folder of TensorBoard's events, in that of the training.</summary>
    public const string Events = "tensorboard";

    private EventFile? events;
    private (long Time, int Step)? before;

    private bool HasLog => File.Exists(Path.Combine(folder, Host.Training.TrainingFolder.Log));

    /// <summary>Makes a request by which a training is shown and recorded as it goes on.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="display">What shows it.</param>
    /// <param name="label">The task's name, where several are trained each by itself; else null.</param>
    public TrainingRequest Watch(TrainingRequest request, TrainingDisplay display, string? label = null) => request with
    {
        OnStep = step =>
        {
            display.Show(step with { Task = label });
            Add(step);
        },
        OnEvaluation = evaluation =>
        {
            display.Show(evaluation with { Task = label });
            Add(evaluation);
        },
    };

    /// <summary>Records a step.</summary>
    private void Add(TrainingStep step)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        events ??= EventFile.Begin(Path.Combine(folder, Events), step.Step);
        List<KeyValuePair<string, double>> scalars =
        [
            new("train/loss", step.Loss), new("train/gradNorm", step.GradNorm), new("train/learningRate", step.LearningRate),
        ];
        var now = Stopwatch.GetTimestamp();
        if (before is { } last && last.Step == step.Step - 1)
        {
            scalars.Add(new("train/tokensPerSecond", step.Positions / Math.Max(Stopwatch.GetElapsedTime(last.Time, now).TotalSeconds, 1e-9)));
        }

        before = (now, step.Step);
        events.Add(step.Step, scalars);
    }

    /// <summary>Records an evaluation.</summary>
    private void Add(TrainingEvaluation evaluation)
    {
        // What it took is no step's time.
        before = null;
        events?.Add(evaluation.Step, evaluation.Result.Metrics.Select(metric => KeyValuePair.Create("heldOut/" + metric.Name, metric.Value))
            .Concat(evaluation.Result.Loss is { } loss ? [KeyValuePair.Create("heldOut/loss", loss)] : []));
    }

    /// <summary>Writes the report, with answers of before and, where it is over and <paramref name="isAnswered"/>, of what was learned.</summary>
    /// <exception cref="UserException">What was learned cannot be opened.</exception>
    public async Task ReportAsync(CommandContext context, HostConfiguration configuration, string task, TrainingRequest request, TrainingResult result, IReadOnlyList<Prediction>? before, bool isAnswered, CancellationToken cancellation)
    {
        if (!HasLog)
        {
            return;
        }

        var samples = before is null ? SampleAnswers.Read(folder) : new() { Before = before };
        samples?.Write(folder);
        if (isAnswered && !result.WasInterrupted && request.HeldOut.Count > 0)
        {
            var trained = configuration with { Tasks = new Dictionary<string, TaskConfiguration>(configuration.Tasks) { [task] = configuration.Tasks[task] with { Adapter = folder } } };
            // The backbone was announced when training began.
            using var host = context.Parts.CreateTaskHost(trained, new WarningsAlone(context.Log));
            using var runner = await host.OpenAsync(task, TaskUse.Answering, new(), cancellation).ConfigureAwait(false);
            samples = (samples ?? new() { Before = [] }) with { After = await SampleAnswers.AnswerAsync(runner, request.HeldOut, request.Format, cancellation).ConfigureAwait(false) };
        }

        Report($"Training of {task}", request, result, samples);
    }

    /// <summary>Writes the report of a training that answers nothing.</summary>
    public void Report(string title, TrainingRequest request, TrainingResult result, SampleAnswers? samples = null)
    {
        if (!HasLog)
        {
            return;
        }

        var version = typeof(TrainingRecord).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";
        TrainingReport.Write(folder, title, request, result, samples, version);
    }

    /// <inheritdoc />
    public void Dispose() => events?.Dispose();
}
