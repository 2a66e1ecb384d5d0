using Ptgp.Backbone;
using Ptgp.Backbone.Generation;

namespace Ptgp.Host.Tasks;

/// <summary>The backbones of a configuration: each is outlined once and, when a task needs its weights, loaded once. May be asked from any thread.</summary>
internal sealed class SharedBackbones(IConsoleLog log) : IDisposable
{
    private readonly Dictionary<string, LoadedBackbone> loaded = [];
    private readonly Dictionary<string, BackboneOutline> outlines = [];

    /// <summary>Gets all that there is to know of a backbone without its weights.</summary>
    /// <exception cref="CheckpointException">Something is missing, or does not fit the rest.</exception>
    public BackboneOutline Outline(CheckpointFolder folder, BackboneDescription description)
    {
        lock (outlines)
        {
            if (!outlines.TryGetValue(description.Name, out var outline))
            {
                outlines.Add(description.Name, outline = BackboneOutline.Of(folder, description));
            }

            return outline;
        }
    }

    /// <summary>Gets a backbone whose weights are there; null when they were not read yet.</summary>
    public LoadedBackbone? Find(string name)
    {
        lock (loaded)
        {
            return loaded.GetValueOrDefault(name);
        }
    }

    /// <summary>Gets a backbone, reading its weights if they are not there yet.</summary>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="description">What it can do.</param>
    /// <param name="device">What it computes on and with.</param>
    /// <param name="limits">How much is written at once.</param>
    /// <exception cref="CheckpointException">They are missing or broken.</exception>
    public LoadedBackbone Load(CheckpointFolder folder, BackboneDescription description, ComputeDevice device, EngineLimits limits)
    {
        lock (loaded)
        {
            if (!loaded.TryGetValue(description.Name, out var backbone))
            {
                log.Status(device.Describe(description.Name));
                Verify(folder);
                loaded.Add(description.Name, backbone = LoadedBackbone.Load(folder, description, Outline(folder, description).Tokenizer, device, limits));
            }

            return backbone;
        }
    }

    /// <summary>Makes sure that weights could be loaded, and warns of what is odd about a checkpoint.</summary>
    /// <exception cref="CheckpointException">They could not.</exception>
    public void Verify(CheckpointFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (folder.UnknownWishes is { Count: > 0 } wishes)
        {
            log.Warn($"Checkpoint '{folder.Path}' asks to write with {string.Join(", ", wishes)}, which is not known here and passed over.");
        }

        // What has no place is left out, as the reference does; whoever sees the warning knows whether it is a head of another task or half of the model.
        var unread = folder.Verify().Unread;
        if (unread.Count > 0)
        {
            log.Warn($"Checkpoint '{folder.Path}': {(unread.Count == 1 ? "1 tensor has" : $"{unread.Count} tensors have")} no place in a Transformer of family {folder.Family.Name} and {(unread.Count == 1 ? "is" : "are")} left out: {string.Join(", ", unread.Take(5))}{(unread.Count > 5 ? ", …" : "")}. Is config.json that of these weights?");
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var backbone in loaded.Values.AsEnumerable<IDisposable>().Concat(outlines.Values))
        {
            backbone.Dispose();
        }
    }
}
