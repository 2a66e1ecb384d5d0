using System.Text.Json;

namespace Ptgp.Host.Plugins.Preflight;

/// <summary>Checks what lies in a plugin's folder beside its assembly. Each check answers the fault it finds, or null.</summary>
internal sealed class FolderChecks(string plugin, string folder, PluginImage main)
{
    /// <summary>Nothing in the folder may be what the host brings.</summary>
    public PluginFault? BringsNothingOfTheHost(IEnumerable<string> files) =>
        files.FirstOrDefault(file => SharedAssemblies.IsOfTheHost(Path.GetFileName(file))) is { } copy
            ? Fault(PluginFaultCode.HostFiles, copy, $"must leave the contract, TorchSharp and libtorch to the host, but brings '{copy}'.",
                "Remove that file; when building, add ExcludeAssets=\"runtime;native\" to the reference it comes from.")
            : null;

    /// <summary>Every file that <c>deps.json</c> names, and every assembly that the plugin was compiled against, must be in the folder; what the host happens to have of them may be another version.</summary>
    public PluginFault? HasWhatItNeeds(IReadOnlyCollection<string> files)
    {
        var path = Path.Combine(folder, plugin + ".deps.json");
        try
        {
            foreach (var (package, file) in File.Exists(path) ? Named(path) : [])
            {
                if (!files.Contains(file) && !files.Contains(Path.GetFileName(file)))
                {
                    return Missing($"'{Path.GetFileName(file)}' of {package}");
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return Fault(PluginFaultCode.Damaged, path, $"must have a {plugin}.deps.json as the build writes it, but the file is broken.", "Copy the plugin's output folder again.");
        }

        var absent = main.References.FirstOrDefault(reference =>
            !SharedAssemblies.ByName.ContainsKey(reference.Name) && !files.Contains(reference.Name + ".dll") && !SharedAssemblies.IsFramework(reference.Name));
        return absent.Name is null ? null : Missing($"'{absent.Name}' {absent.Version}");

        PluginFault Missing(string what) => Fault(PluginFaultCode.MissingDependency, folder, $"needs {what}, which its folder lacks.",
            "Copy the whole output folder of the plugin; its project must set EnableDynamicLoading to true, so that the build puts its packages there.");
    }

    /// <summary>A plugin must not send the host to other folders for assemblies.</summary>
    public PluginFault? NamesNoOtherFolders(IEnumerable<string> files)
    {
        foreach (var file in files.Where(file => file.EndsWith(".runtimeconfig.json", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".runtimeconfig.dev.json", StringComparison.OrdinalIgnoreCase)))
        {
            try
            {
                using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, file)));
                if (json.RootElement.TryGetProperty("runtimeOptions", out var options) && options.TryGetProperty("additionalProbingPaths", out var paths)
                    && paths.ValueKind == JsonValueKind.Array && paths.GetArrayLength() > 0)
                {
                    return Fault(PluginFaultCode.ProbingPaths, file, $"must hold all it loads, but its '{file}' names further folders (additionalProbingPaths).", $"Remove '{file}'; the host does not need it.");
                }
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                return Fault(PluginFaultCode.Damaged, file, $"must have a {file} as the build writes it, but the file is broken.", $"Remove '{file}'; the host does not need it.");
            }
        }

        return null;
    }

    private static List<(string Package, string File)> Named(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        var target = json.RootElement.GetProperty("runtimeTarget").GetProperty("name").GetString()!;
        List<(string, string)> named = [];
        foreach (var library in json.RootElement.GetProperty("targets").GetProperty(target).EnumerateObject())
        {
            foreach (var kind in new[] { "runtime", "native" })
            {
                if (library.Value.TryGetProperty(kind, out var assets))
                {
                    named.AddRange(assets.EnumerateObject().Where(asset => Path.GetFileName(asset.Name) != "_._").Select(asset => (library.Name.Replace('/', ' '), asset.Name)));
                }
            }
        }

        return named;
    }

    private PluginFault Fault(PluginFaultCode code, string file, string reason, string hint) => new(plugin, Path.Combine(folder, file), code, reason, hint);
}
