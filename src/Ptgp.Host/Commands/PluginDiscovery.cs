using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins;

namespace Ptgp.Host.Commands;

/// <summary>Finds the plugins of a configuration.</summary>
internal static class PluginDiscovery
{
    /// <summary>Finds them.</summary>
    /// <exception cref="UserException">Only listed plugins are wanted, but their list is not there.</exception>
    public static PluginCatalog Find(HostConfiguration configuration) =>
        PluginCatalog.Discover(configuration.PluginFolders, configuration.Plugins.Trust, LockFile(configuration));

    /// <summary>Names the list of trusted plugins: beside the configuration.</summary>
    public static string LockFile(HostConfiguration configuration) => Path.Combine(Path.GetDirectoryName(configuration.File)!, PluginLock.FileName);
}
