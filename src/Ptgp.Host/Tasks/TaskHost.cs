using Ptgp.Backbone;
using Ptgp.Backbone.Generation;
using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins;
using Ptgp.Host.Training;
using Ptgp.Toolkit.Heads;
using static TorchSharp.torch;

namespace Ptgp.Host.Tasks;

/// <inheritdoc />
internal sealed class TaskHost(HostConfiguration configuration, PluginCatalog plugins, IConsoleLog log) : ITaskHost
{
    private readonly SharedBackbones backbones = new(log);
    private readonly List<IDisposable> instances = [];
    private readonly CancellationTokenSource stopping = new();

    /// <inheritdoc />
    public Task<ITaskRunner> OpenAsync(string task, TaskUse use, GenerationOptions caller, CancellationToken cancellation) =>
        Task.Run(() => OrElsewhere(task, () => Open(task, use, caller, cancellation)), cancellation);

    /// <inheritdoc />
    public Task CheckTrainingAsync(string task, TrainingRequest request, bool isJoint, CancellationToken cancellation) => Task.Run(
        () => OrElsewhere(task, () =>
        {
            var ready = Prepare(task, BackboneOf(task), new());
            TrainingCheck.Run(ready.Plugin, request, backbones.Outline(ready.Folder, ready.Description).View().Transformer.NamedParameters.Keys, isJoint);
            return true;
        }),
        cancellation);

    /// <inheritdoc />
    public async Task<IReadOnlyList<TrainingResult>> TrainTogetherAsync(IReadOnlyList<KeyValuePair<string, TrainingRequest>> tasks, bool isJoint, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        string[] used = [.. tasks.Select(task => BackboneOf(task.Key)).Distinct()];
        if (isJoint && used.Length > 1)
        {
            throw new UsageException($"Tasks that learn one backbone must have the same, but these have '{string.Join("', '", used)}'. Train them without --joint, or set their backbones to one.");
        }

        using Disposables opened = new();
        List<ITrainer> trainers = [];
        foreach (var (name, request) in tasks)
        {
            var runner = opened.Add(await OpenAsync(name, TaskUse.Training, new(), cancellation).ConfigureAwait(false));
            trainers.Add(opened.Add(runner.Prepare(request)));
        }

        if (isJoint)
        {
            return [await opened.Add(new TrainingSession(trainers, tasks[0].Value)).RunAsync(cancellation).ConfigureAwait(false)];
        }

        List<TrainingSession> sessions = [];
        foreach (var (trainer, task) in trainers.Zip(tasks))
        {
            sessions.Add(opened.Add(new TrainingSession([trainer], task.Value)));
        }

        return await new SeveralTrainings(sessions).RunAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public Task<TaskInspection> InspectAsync(string task, CancellationToken cancellation) => Task.FromResult(OrElsewhere(task, () =>
    {
        var ready = Prepare(task, BackboneOf(task), new());
        backbones.Verify(ready.Folder);
        List<string> remarks = [.. TryOut(task, ready, ready.Trained), .. ready.WhyUnreachable is { } remark ? [remark] : Array.Empty<string>(), .. ready.WhyIdle];
        return new TaskInspection
        {
            Task = task,
            Plugin = ready.Plugin.Name,
            Backbone = ready.Description,
            Generation = ready.Generation.All,
            FileExtension = TaskRunner.FileExtension(ready.Plugin),
            OpenOptions = TaskRunner.FindOpenOptions(ready.Plugin, backbones.Outline(ready.Folder, ready.Description).View()),
            Remarks = remarks,
        };
    }));

    /// <inheritdoc />
    public Task<IReadOnlyList<BackboneFit>> FindFitsAsync(string task, CancellationToken cancellation)
    {
        var own = BackboneOf(task);
        return Task.FromResult<IReadOnlyList<BackboneFit>>([.. configuration.Backbones.Keys.OrderByDescending(name => name == own).Select(name => Fit(task, name))]);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        stopping.Cancel();
        instances.ForEach(instance => instance.Dispose());
        backbones.Dispose();
        stopping.Dispose();
    }

    private ITaskRunner Open(string task, TaskUse use, GenerationOptions caller, CancellationToken cancellation)
    {
        var ready = Prepare(task, BackboneOf(task), caller);
        // Training begins anew, perhaps to make the very folder that the configuration names.
        var trained = use == TaskUse.Training ? null : ready.Trained;
        var backbone = backbones.Find(ready.Description.Name);
        if (backbone is null)
        {
            Foresee(task, ready, trained);
            cancellation.ThrowIfCancellationRequested();
            backbone = backbones.Load(ready.Folder, ready.Description, ready.Device, Limits(configuration.Backbones[ready.Description.Name]));
        }

        if (use == TaskUse.Training && ready.Settings.Adapter is { } standing && Directory.Exists(standing))
        {
            log.Status($"Task '{task}' begins from backbone '{ready.Description.Name}' as it is: what tasks:{task}:adapter names, '{standing}', is not read.");
        }

        if (ready.WhyUnreachable is { } remark)
        {
            log.Warn(remark);
        }

        foreach (var idle in use == TaskUse.Training ? [] : ready.WhyIdle)
        {
            log.Warn(idle);
        }

        return TaskRunner.Create(ready.Plugin, new()
        {
            Task = task,
            Backbone = backbone,
            View = new(backbone.Description, backbone.Tokenizer, backbone.Transformer) { Head = backbone.Head },
            Generation = ready.Settings.Generation,
            Use = use,
            Weight = ready.Settings.Weight,
            Trained = trained,
            Log = log,
        });
    }

    // Options that do not hold are the configuration's fault. A backbone that will not do is refused with the names of those that would.
    private T OrElsewhere<T>(string task, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (OptionException fault)
        {
            throw new ConfigurationException($"'{configuration.File}'", [configuration.OptionFault(task, fault)], fault);
        }
        catch (PluginException fault) when (fault.Fault.Options.Count > 0)
        {
            throw new ConfigurationException($"'{configuration.File}'", fault.Fault.Options, fault);
        }
        catch (UnfitBackboneException fault)
        {
            List<string> others = [.. configuration.Backbones.Keys.Where(name => name != BackboneOf(task) && Fit(task, name).Fault is null).Select(name => $"'{name}'")];
            var advice = others.Count > 0 ? $"Set tasks:{task}:backbone to {string.Join(" or ", others)}." : fault.WayOut;
            throw new ConfigurationException(advice is null ? fault.Message : $"{fault.Message} {advice}", fault);
        }
    }

    private BackboneFit Fit(string task, string backbone)
    {
        BackboneDescription? description = null;
        try
        {
            description = CheckpointFolder.Open(configuration.Backbones[backbone].Checkpoint).Describe(backbone);
            var ready = Prepare(task, backbone, new());
            TryOut(task, ready, ready.Trained);
            return new(backbone, description, null);
        }
        catch (UnfitBackboneException fault)
        {
            return new(backbone, description, fault.Reason);
        }
        catch (OptionException fault)
        {
            return new(backbone, description, configuration.OptionFault(task, fault).ToString());
        }
        catch (ConfigurationException fault) when (fault.Faults.Count > 0)
        {
            return new(backbone, description, string.Join(' ', fault.Faults));
        }
        catch (Exception fault) when (fault is UserException or CheckpointException)
        {
            return new(backbone, description, fault.Message);
        }
    }

    // Everything that can be found wrong without making a head.
    private PreparedTask Prepare(string task, string backbone, GenerationOptions caller)
    {
        var settings = configuration.Tasks[task];
        var instance = plugins.Find(settings.Plugin).Create(new()
        {
            TaskName = task,
            Options = type => configuration.BindOptions(task, type),
            Log = log,
            Stopping = stopping.Token,
        });
        lock (instances)
        {
            instances.Add(instance);
        }

        var folder = CheckpointFolder.Open(configuration.Backbones[backbone].Checkpoint);
        var description = folder.Describe(backbone);
        if (BackboneNeeds.Check(task, instance.Plugin, description) is { } lacking)
        {
            throw lacking;
        }

        GenerationSources generation = new() { Configuration = configuration, Task = task, Caller = caller, Plugin = WishesOf(instance.Plugin), Checkpoint = folder.Generation };
        if (instance.Plugin.Needs.HasFlag(BackboneFeatures.Writes) && generation.FindFaults(folder) is { Count: > 0 } faults)
        {
            throw generation.Blame(faults);
        }

        return new(settings, instance.Plugin, folder, description, ComputeDevice.Choose(configuration.Backbones[backbone]), generation);
    }

    private string BackboneOf(string task) => configuration.Tasks.TryGetValue(task, out var found) ? found.Backbone : throw new UserException(
        $"There must be a task '{task}' in the configuration, but there is none. Known here: {string.Join(", ", configuration.Tasks.Keys)}.");

    // Makes the head, and what was trained for it, on a backbone without weights; gives what works but should be known.
    private IReadOnlyList<string> TryOut(string task, PreparedTask ready, string? trained)
    {
        var outline = backbones.Outline(ready.Folder, ready.Description);
        var view = outline.View();
        using var head = TaskRunner.CreateHead(ready.Plugin, task, view);
        if (trained is not null)
        {
            new TrainedTask(outline.Folder, view, head).Verify(trained);
        }

        return (trained is null ? TaskRunner.WhyRandom(task, head, outline.Head) : TrainedTask.WhyOdd(trained)) is { } remark ? [remark] : [];
    }

    // What can be found wrong without weights is, before they are read, which may take long. What goes wrong for want of them, does not once they are there.
    private void Foresee(string task, PreparedTask ready, string? trained)
    {
        try
        {
            TryOut(task, ready, trained);
        }
        catch (Exception fault) when (fault is not (OptionException or UnfitBackboneException or UserException or CheckpointException))
        {
            log.Detail($"Task '{task}' cannot be tried without weights: {fault.Message}");
        }
    }

    private static GenerationOptions WishesOf(ITaskPlugin plugin) => (GenerationOptions)plugin.GetType().GetProperty(nameof(TaskPlugin<,>.Generation))!.GetValue(plugin)!;

    private static EngineLimits Limits(BackboneConfiguration settings)
    {
        EngineLimits limits = new() { ReadsAlone = settings.Determinism == Determinism.Strict };
        return settings.KeyValueMemory is { } megabytes ? limits with { MemoryBytes = megabytes * 1_000_000L } : limits;
    }
}
