using Microsoft.Extensions.Configuration;
using Ptgp.Host.Hub;

namespace Ptgp.Host.Configuration;

/// <summary>Checks what no record can say by itself: that paths lead somewhere, and that names name something.</summary>
internal sealed class HostChecks(IConfigurationRoot root, IEnumerable<ConfigurationFault> faults)
{
    private readonly Origins origins = new(root);
    private readonly List<ConfigurationFault> found = [.. faults];

    /// <summary>Gets all faults found so far.</summary>
    public IReadOnlyList<ConfigurationFault> Faults => found;

    /// <summary>Makes all paths absolute, relative ones by where they were written, and finds those that lead nowhere.</summary>
    /// <param name="configuration">The configuration; paths of its file begin at the file's folder.</param>
    /// <param name="workingFolder">Where paths of the environment and the command line begin.</param>
    /// <param name="cache">Where models lie that are named <c>hub:NAME@REVISION</c>.</param>
    /// <param name="checks">Whether what leads nowhere is a fault; else a model that was not pulled stays as it is named.</param>
    public HostConfiguration ResolvePaths(HostConfiguration configuration, string workingFolder, Lazy<ModelCache> cache, bool checks = true)
    {
        string Home(string key) => origins.Find(key) is null ? Path.GetDirectoryName(configuration.File)! : workingFolder;
        string? Folder(string key, string? path) => path is null ? null : path.Length == 0 ? Empty(key) : checks ? Existing(key, Path.GetFullPath(path, Home(key))) : Path.GetFullPath(path, Home(key));
        string? Model(string key, string? path) => path?.StartsWith(HubReference.Prefix, StringComparison.Ordinal) == true ? Pulled(key, path, cache, checks) : Folder(key, path);
        string? Schema(string key, string? given) => SchemaText.Read(given, Home(key), fault => Add(key, fault));
        return configuration with
        {
            Plugins = configuration.Plugins with
            {
                Folders = [.. configuration.Plugins.Folders.Select((folder, i) => Folder($"plugins:folders:{i}", folder) ?? "")],
            },
            Backbones = Each(configuration.Backbones, (name, backbone) => backbone with
            {
                Checkpoint = Model($"backbones:{name}:checkpoint", backbone.Checkpoint) ?? "",
            }),
            Tasks = Each(configuration.Tasks, (name, task) => task with
            {
                Adapter = Model($"tasks:{name}:adapter", task.Adapter),
                Generation = task.Generation with { JsonSchema = Schema($"tasks:{name}:generation:jsonSchema", task.Generation.JsonSchema) },
            }),
        };
    }

    /// <summary>Finds tasks whose backbone or plugin there is not.</summary>
    public void CheckNames(HostConfiguration configuration, Func<HostConfiguration, IReadOnlyCollection<string>>? findPlugins)
    {
        string[] backbones = [.. root.GetSection("backbones").GetChildren().Select(child => child.Key)];
        var plugins = configuration.Tasks.Count > 0 ? findPlugins?.Invoke(configuration) : null;
        foreach (var (name, task) in configuration.Tasks)
        {
            if (task.Backbone is { } backbone && !backbones.Contains(backbone, StringComparer.OrdinalIgnoreCase))
            {
                Add($"tasks:{name}:backbone", $"must name one of 'backbones', but is '{backbone}'. {Nearest.Hint(backbone, backbones, "None are configured.")}");
            }

            if (task.Plugin is { } plugin && plugins is not null && !plugins.Contains(plugin, StringComparer.Ordinal))
            {
                Add($"tasks:{name}:plugin", $"must name a plugin, but is '{plugin}'. {Nearest.Hint(plugin, plugins, "None were found.")} See 'ptgp plugins'.");
            }
        }
    }

    private string Empty(string key)
    {
        Add(key, $"must name a folder, but is empty.{OverridingProvider.UnsetHint}");
        return "";
    }

    private string Existing(string key, string folder)
    {
        if (!Directory.Exists(folder))
        {
            Add(key, $"must name a folder, but there is {(File.Exists(folder) ? "a file" : "nothing")} at '{folder}'.");
        }

        return folder;
    }

    private string Pulled(string key, string text, Lazy<ModelCache> cache, bool checks)
    {
        var isReference = HubReference.TryParse(text[HubReference.Prefix.Length..], out var reference);
        if (isReference && cache.Value.Find(reference!) is { } found && (found.IsWhole || !checks))
        {
            return found.Path;
        }

        if (!isReference)
        {
            Add(key, $"after '{HubReference.Prefix}' {HubReference.Rule}, but is '{text}'.");
        }
        else if (checks)
        {
            Add(key, $"must name a model that was pulled, but '{reference}' is {(cache.Value.Find(reference!) is null ? "not" : "only in part")} in '{cache.Value.Folder}'. Run 'ptgp models pull {reference}'.");
        }

        return text;
    }

    private void Add(string path, string message) => found.Add(new(path, message, origins.Find(path)));

    private static Dictionary<string, T> Each<T>(IReadOnlyDictionary<string, T> all, Func<string, T, T> change) =>
        all.ToDictionary(pair => pair.Key, pair => change(pair.Key, pair.Value), StringComparer.OrdinalIgnoreCase);
}
