using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins.Preflight;

namespace Ptgp.Host.Plugins;

/// <summary>The plugins that were found, and why the others cannot be used.</summary>
internal sealed class PluginCatalog
{
    private readonly List<Plugin> plugins = [];
    private readonly List<PluginFault> faults = [];

    private PluginCatalog()
    {
    }

    /// <summary>Gets the plugins that fit this host, in the order of their folders.</summary>
    public IReadOnlyList<Plugin> Plugins => plugins;

    /// <summary>Gets what is wrong with the others.</summary>
    public IReadOnlyList<PluginFault> Faults => faults;

    /// <summary>Gets the names that tasks can call.</summary>
    public IReadOnlyCollection<string> Names => [.. plugins.Select(plugin => plugin.Name)];

    /// <summary>Finds the plugins in some folders: <c>FOLDER/Name/Name.dll</c>. A fault of one leaves the others alone.</summary>
    /// <param name="folders">The folders; those that do not exist are passed over. Of two plugins of one name the first stays.</param>
    /// <param name="trust">Which plugins are taken.</param>
    /// <param name="lockFile">The list of those to trust, for <see cref="PluginTrust.Listed"/>.</param>
    /// <param name="settings">How they are loaded.</param>
    /// <exception cref="UserException">The list of plugins to trust is wanted, but not there.</exception>
    public static PluginCatalog Discover(IEnumerable<string> folders, PluginTrust trust = PluginTrust.Any, string? lockFile = null, PluginSettings? settings = null)
    {
        var listed = trust == PluginTrust.Listed ? PluginLock.Load(lockFile ?? PluginLock.FileName) : null;
        var catalog = new PluginCatalog();
        foreach (var folder in PluginFolders.In(folders))
        {
            catalog.Add(folder, listed, settings ?? new());
        }

        return catalog;
    }

    /// <summary>Finds a plugin by its name.</summary>
    /// <exception cref="UserException">There is none of that name that can be used; the message says why, or what there is.</exception>
    public Plugin Find(string name) =>
        plugins.Find(plugin => plugin.Name == name)
        ?? throw (faults.Find(fault => fault.Plugin.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } fault
            ? new PluginException(fault)
            : new UserException($"There must be a plugin '{name}', but there is none. {Nearest.Hint(name, Names, "No plugins were found.")} See 'ptgp plugins'."));

    private void Add(string folder, PluginLock? listed, PluginSettings settings)
    {
        var name = Path.GetFileName(folder);
        try
        {
            var files = PluginFiles.Read(folder);
            if (listed?.Compare(files) is { } difference)
            {
                faults.Add(new(name, folder, PluginFaultCode.NotTrusted, difference, "If you trust it, list it with 'ptgp plugins lock'."));
                return;
            }

            var (manifest, fault) = PluginCheck.Check(folder, [.. files.Hashes.Keys]);
            if (fault is not null)
            {
                faults.Add(fault);
                return;
            }

            var plugin = new Plugin(files, manifest!, settings);
            if (plugins.Find(other => other.Name == plugin.Name) is { } first)
            {
                faults.Add(new(name, folder, PluginFaultCode.Name, $"is called '{plugin.Name}', but so is the plugin in '{first.Folder}', which comes first.", "Remove one of the two folders."));
                return;
            }

            plugins.Add(plugin);
        }
        catch (PluginException e)
        {
            faults.Add(e.Fault);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add(new(name, folder, PluginFaultCode.Damaged, $"must be readable, but is not: {e.Message}", "See to the rights of its folder.") { Cause = e });
        }
    }
}
