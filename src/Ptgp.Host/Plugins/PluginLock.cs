using System.Text.Json;

namespace Ptgp.Host.Plugins;

/// <summary>Which plugins are trusted: <c>plugins.lock.json</c>, which holds the SHA-256 of every file of every plugin.</summary>
internal sealed class PluginLock
{
    /// <summary>The file's name, beside the host configuration.</summary>
    public const string FileName = "plugins.lock.json";

    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true };
    private readonly SortedDictionary<string, IReadOnlyDictionary<string, string>> plugins;

    private PluginLock(SortedDictionary<string, IReadOnlyDictionary<string, string>> plugins) => this.plugins = plugins;

    /// <summary>Gets the names of the folders that are listed.</summary>
    public IReadOnlyCollection<string> Plugins => plugins.Keys;

    /// <summary>Lists what lies in the plugin folders now. Of plugins in folders of the same name the first one is listed, as it is the one that is loaded.</summary>
    public static PluginLock Of(IEnumerable<string> folders)
    {
        var plugins = new SortedDictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var folder in PluginFolders.In(folders))
        {
            plugins.TryAdd(Path.GetFileName(folder), PluginFiles.Read(folder).Hashes);
        }

        return new(plugins);
    }

    /// <summary>Reads a list.</summary>
    /// <exception cref="UserException">There is none, or it is broken.</exception>
    public static PluginLock Load(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var read = JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string>>>(file) ?? [];
            return new(new(read.ToDictionary(plugin => plugin.Key, plugin => (IReadOnlyDictionary<string, string>)plugin.Value), StringComparer.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"Only listed plugins are to be loaded, but their list '{path}' cannot be read. Make it with 'ptgp plugins lock', or set plugins:trust to 'any'.", e);
        }
        catch (JsonException e)
        {
            throw new UserException($"'{path}' must be a list of plugins as 'ptgp plugins lock' writes it, but is broken in line {e.LineNumber + 1}. Make it again with 'ptgp plugins lock'.", e);
        }
    }

    /// <summary>Writes the list.</summary>
    public void Save(string path)
    {
        var beside = path + ".new";
        File.WriteAllText(beside, JsonSerializer.Serialize(plugins, Layout) + "\n");
        File.Move(beside, path, overwrite: true);
    }

    /// <summary>Says how a plugin differs from what is listed; null when it does not.</summary>
    public string? Compare(PluginFiles files)
    {
        if (!plugins.TryGetValue(Path.GetFileName(files.Folder), out var listed))
        {
            return $"must be listed in {FileName} to be loaded, but is not.";
        }

        var file = files.Hashes.Keys.Union(listed.Keys).Order(StringComparer.Ordinal)
            .FirstOrDefault(name => files.Hashes.GetValueOrDefault(name) != listed.GetValueOrDefault(name));
        return file is null ? null
            : !listed.ContainsKey(file) ? $"must hold the files listed in {FileName} and no others, but holds '{file}'."
            : !files.Hashes.ContainsKey(file) ? $"must hold the file '{file}' listed in {FileName}, but does not."
            : $"must hold '{file}' as listed in {FileName}, but the file has changed since.";
    }
}
