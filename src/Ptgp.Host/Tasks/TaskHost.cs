using Ptgp.Backbone;
using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins;
using Ptgp.Host.Training;

namespace Ptgp.Host.Tasks;

/// <inheritdoc />
internal sealed class TaskHost(HostConfiguration configuration, PluginCatalog plugins, IConsoleLog log) : ITaskHost
{
    private readonly Dictionary<string, LoadedBackbone> backbones = [];
    private readonly List<IDisposable> instances = [];
    private readonly CancellationTokenSource stopping = new();

    /// <inheritdoc />
    public Task<ITaskRunner> OpenAsync(string task, TaskUse use, CancellationToken cancellation) => Task.Run(() => Open(task, use, cancellation), cancellation);

    /// <inheritdoc />
    public Task<TaskInspection> InspectAsync(string task, CancellationToken cancellation)
    {
        var (settings, plugin, folder, description) = Prepare(task);
        if (settings.Adapter is { } adapter)
        {
            TrainedTask.Find(adapter);
        }

        folder.Verify();
        var generation = settings.Generation.Or(WishesOf(plugin)).Or(folder.Generation);
        if (plugin.Needs.HasFlag(BackboneFeatures.Writes))
        {
            TaskWriter.Resolve(generation, folder.Config);
        }

        return Task.FromResult(new TaskInspection
        {
            Task = task,
            Plugin = plugin.Name,
            Backbone = description,
            Generation = generation,
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

    private ITaskRunner Open(string task, TaskUse use, CancellationToken cancellation)
    {
        var (settings, plugin, folder, description) = Prepare(task);
        cancellation.ThrowIfCancellationRequested();
        var backbone = Backbone(folder, description);
        return TaskRunner.Create(plugin, new()
        {
            Task = task,
            Backbone = backbone,
            View = new(backbone.Description, backbone.Tokenizer, backbone.Transformer),
            Generation = settings.Generation,
            Use = use,
            // Training begins anew, perhaps to make the very folder that the configuration names.
            Trained = settings.Adapter is null || use == TaskUse.Training ? null : TrainedTask.Find(settings.Adapter),
            Log = log,
        });
    }

    // Everything that can be found wrong without reading a weight.
    private (TaskConfiguration Settings, ITaskPlugin Plugin, CheckpointFolder Folder, BackboneDescription Description) Prepare(string task)
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
        var lacking = BackboneNeeds.Check(task, instance.Plugin, description, Others(settings.Backbone));
        return lacking is null ? (settings, instance.Plugin, folder, description) : throw new UserException(lacking);
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

    private LoadedBackbone Backbone(CheckpointFolder folder, BackboneDescription description)
    {
        var name = description.Name;
        lock (backbones)
        {
            if (!backbones.TryGetValue(name, out var loaded))
            {
                var device = ComputeDevice.Choose(configuration.Backbones[name]);
                log.Status(device.Describe(name));
                loaded = LoadedBackbone.Load(folder, description, device);
                backbones.Add(name, loaded);
            }

            return loaded;
        }
    }
}
