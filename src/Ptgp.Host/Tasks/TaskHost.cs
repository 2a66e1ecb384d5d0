using Ptgp.Backbone;
using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins;
using Ptgp.Host.Training;
using static TorchSharp.torch;

namespace Ptgp.Host.Tasks;

/// <inheritdoc />
internal sealed class TaskHost(HostConfiguration configuration, PluginCatalog plugins, IConsoleLog log) : ITaskHost
{
    private readonly Dictionary<string, LoadedBackbone> backbones = [];
    private readonly List<IDisposable> instances = [];
    private readonly CancellationTokenSource stopping = new();

    /// <inheritdoc />
    public Task<ITaskRunner> OpenAsync(string task, TaskUse use, GenerationOptions caller, CancellationToken cancellation) =>
        Task.Run(() => Open(task, use, caller, cancellation), cancellation);

    /// <inheritdoc />
    public Task<TaskInspection> InspectAsync(string task, CancellationToken cancellation)
    {
        var ready = Prepare(task, new());
        Verify(ready.Folder);
        // Names and shapes of all tensors are checked, and a head is made, for which that which was saved beside the weights is all that is read.
        using var shape = ready.Folder.LoadTransformer(META, ScalarType.Float32);
        var saved = ready.Folder.LoadHead(CPU);
        var view = new BackboneView(ready.Description, ready.Folder.LoadTokenizer(), shape) { Head = saved };
        using var head = TaskRunner.CreateHead(ready.Plugin, task, view);
        var trained = ready.Settings.Adapter is { } adapter ? TrainedTask.Find(adapter) : null;
        if (trained is not null)
        {
            new TrainedTask(ready.Folder, view, head).Verify(trained);
        }

        return Task.FromResult(new TaskInspection
        {
            Task = task,
            Plugin = ready.Plugin.Name,
            Backbone = ready.Description,
            Generation = ready.Generation,
            Remarks = trained is null && TaskRunner.WhyRandom(task, head, saved) is { } remark ? [remark] : [],
        });
    }

    /// <inheritdoc />
    public void Dispose()
    {
        stopping.Cancel();
        instances.ForEach(instance => instance.Dispose());
        foreach (var backbone in backbones.Values)
        {
            backbone.Dispose();
        }

        stopping.Dispose();
    }

    private ITaskRunner Open(string task, TaskUse use, GenerationOptions caller, CancellationToken cancellation)
    {
        var ready = Prepare(task, caller);
        var settings = ready.Settings;
        cancellation.ThrowIfCancellationRequested();
        var backbone = Backbone(ready);
        return TaskRunner.Create(ready.Plugin, new()
        {
            Task = task,
            Backbone = backbone,
            View = new(backbone.Description, backbone.Tokenizer, backbone.Transformer) { Head = backbone.Head },
            Generation = settings.Generation,
            Use = use,
            // Training begins anew, perhaps to make the very folder that the configuration names.
            Trained = settings.Adapter is null || use == TaskUse.Training ? null : TrainedTask.Find(settings.Adapter),
            Log = log,
        });
    }

    // Everything that can be found wrong without reading a weight.
    private Prepared Prepare(string task, GenerationOptions caller)
    {
        var settings = configuration.Tasks.TryGetValue(task, out var found) ? found : throw new UserException(
            $"There must be a task '{task}' in the configuration, but there is none. Known here: {string.Join(", ", configuration.Tasks.Keys)}.");
        var instance = plugins.Find(settings.Plugin).Create(new()
        {
            TaskName = task,
            Options = type => configuration.BindOptions(task, type),
            Log = log,
            Stopping = stopping.Token,
        });
        instances.Add(instance);
        var folder = CheckpointFolder.Open(configuration.Backbones[settings.Backbone].Checkpoint);
        var description = folder.Describe(settings.Backbone);
        if (BackboneNeeds.Check(task, instance.Plugin, description, Others(settings.Backbone)) is { } lacking)
        {
            throw new ConfigurationException(lacking);
        }

        var generation = caller.Or(settings.Generation).Or(WishesOf(instance.Plugin)).Or(folder.Generation);
        if (instance.Plugin.Needs.HasFlag(BackboneFeatures.Writes))
        {
            TaskWriter.Resolve(generation, folder.Config);
        }

        return new(settings, instance.Plugin, folder, description, ComputeDevice.Choose(configuration.Backbones[settings.Backbone]), generation);
    }

    private static GenerationOptions WishesOf(ITaskPlugin plugin) => (GenerationOptions)plugin.GetType().GetProperty(nameof(TaskPlugin<,>.Generation))!.GetValue(plugin)!;

    // The other backbones, as far as they can be opened: they are only named as a way out.
    private IEnumerable<BackboneDescription> Others(string but)
    {
        foreach (var (name, backbone) in configuration.Backbones.Where(other => other.Key != but))
        {
            BackboneDescription description;
            try
            {
                description = CheckpointFolder.Open(backbone.Checkpoint).Describe(name);
            }
            catch (CheckpointException)
            {
                continue;
            }

            yield return description;
        }
    }

    // What has no place is left out, as the reference does; whoever sees the warning knows whether it is a head of another task or half of the model.
    private void Verify(CheckpointFolder folder)
    {
        var unread = folder.Verify().Unread;
        if (unread.Count > 0)
        {
            log.Warn($"Checkpoint '{folder.Path}': {unread.Count} tensors have no place in a Transformer of family {folder.Family.Name} and are left out: {string.Join(", ", unread.Take(5))}{(unread.Count > 5 ? ", …" : "")}. Is config.json that of these weights?");
        }
    }

    private LoadedBackbone Backbone(Prepared ready)
    {
        var name = ready.Description.Name;
        lock (backbones)
        {
            if (!backbones.TryGetValue(name, out var loaded))
            {
                log.Status(ready.Device.Describe(name));
                Verify(ready.Folder);
                loaded = LoadedBackbone.Load(ready.Folder, ready.Description, ready.Device);
                backbones.Add(name, loaded);
            }

            return loaded;
        }
    }

    private sealed record Prepared(
        TaskConfiguration Settings, ITaskPlugin Plugin, CheckpointFolder Folder, BackboneDescription Description, ComputeDevice Device, GenerationOptions Generation);
}
