using Ptgp.Host.Configuration;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training;
using Ptgp.Host.Training.Reports;

namespace Ptgp.Host.Commands;

/// <summary>One training of <c>ptgp train</c>, of a task or of several at once: it runs, is shown and recorded, and leaves its report.</summary>
internal sealed record TrainingJob
{
    /// <summary>Gets what surrounds the command.</summary>
    public required CommandContext Context { get; init; }

    /// <summary>Gets the host's configuration.</summary>
    public required HostConfiguration Configuration { get; init; }

    /// <summary>Gets the tasks, and what is asked for each.</summary>
    public required IReadOnlyList<KeyValuePair<string, TrainingRequest>> Tasks { get; init; }

    /// <summary>Gets whether several tasks learn one backbone.</summary>
    public bool IsJoint { get; init; }

    private string Names => string.Join(' ', Tasks.Select(task => task.Key));

    /// <summary>Runs it.</summary>
    public async Task<IReadOnlyList<TrainingResult>> RunAsync(CancellationToken cancellation)
    {
        var records = Tasks.Select(task => task.Value.Output).Distinct().ToDictionary(folder => folder, folder => new TrainingRecord(folder));
        try
        {
            var (results, before) = await TrainAsync(records, cancellation).ConfigureAwait(false);
            foreach (var ((name, request), result) in Tasks.Zip(results))
            {
                await records[request.Output].ReportAsync(Context, Configuration, IsJoint ? Names : name, request, result, before, isAnswered: Tasks.Count == 1, CancellationToken.None).ConfigureAwait(false);
            }

            return results;
        }
        finally
        {
            foreach (var record in records.Values)
            {
                record.Dispose();
            }
        }
    }

    private async Task<(IReadOnlyList<TrainingResult> Results, IReadOnlyList<Prediction>? Before)> TrainAsync(Dictionary<string, TrainingRecord> records, CancellationToken cancellation)
    {
        foreach (var asked in Tasks.Select(task => task.Value))
        {
            // Before anything is loaded.
            new TrainingFolder(asked.Output).Check(asked.Resume);
        }

        using var host = Context.Parts.CreateTaskHost(Configuration, Context.Log);
        foreach (var (task, asked) in Tasks)
        {
            await host.CheckTrainingAsync(task, asked, IsJoint, cancellation).ConfigureAwait(false);
        }

        using var display = TrainingDisplay.For(Context);
        KeyValuePair<string, TrainingRequest>[] watched = [.. Tasks.Select(task => KeyValuePair.Create(task.Key, Watched(task.Key, task.Value)))];
        if (watched.Length > 1)
        {
            using var said = Announce();
            return (await host.TrainTogetherAsync(watched, IsJoint, cancellation).ConfigureAwait(false), null);
        }

        var (name, request) = watched[0];
        using var runner = await host.OpenAsync(name, TaskUse.Training, new(), cancellation).ConfigureAwait(false);
        var before = request.Resume || request.HeldOut.Count == 0 ? null : await SampleAnswers.AnswerAsync(runner, request.HeldOut, request.Format, cancellation).ConfigureAwait(false);
        using var announced = Announce();
        return ([await runner.TrainAsync(request, cancellation).ConfigureAwait(false)], before);

        CancellationTokenRegistration Announce() => cancellation.Register(() => Context.Log.Status("Finishing the step and saving. A second Ctrl-C ends at once, and what was not saved is lost."));

        TrainingRequest Watched(string name, TrainingRequest request) => records[request.Output].Watch(request, display, Tasks.Count > 1 && !IsJoint ? name : null);
    }
}
