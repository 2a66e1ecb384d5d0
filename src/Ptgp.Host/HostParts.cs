using Ptgp.Host.Commands;
using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins;
using Ptgp.Host.Tasks;

namespace Ptgp.Host;

/// <summary>The parts of the real host. Plugins are looked for once.</summary>
internal sealed class HostParts : IHostParts
{
    private PluginCatalog? plugins;

    /// <inheritdoc />
    public IReadOnlyCollection<string> FindPlugins(HostConfiguration configuration)
    {
        plugins ??= PluginDiscovery.Find(configuration);
        // A plugin that is there but broken is not an unknown name; why it is broken is said when it is opened.
        return [.. plugins.Names, .. plugins.Faults.Select(fault => fault.Plugin.ToLowerInvariant())];
    }

    /// <inheritdoc />
    public ITaskHost CreateTaskHost(HostConfiguration configuration, IConsoleLog log) => new TaskHost(configuration, plugins ??= PluginDiscovery.Find(configuration), log);
}
