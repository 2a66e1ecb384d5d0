using System.Reflection;

namespace Ptgp.Host.Plugins;

/// <summary>Makes what loads one plugin.</summary>
internal interface IPluginLoaderFactory
{
    /// <summary>Makes the loader of an assembly, with a context of its own. Nothing is loaded yet.</summary>
    IPluginLoader Create(string assemblyPath);
}

/// <summary>Loads one plugin and what it brings, beside the host's shared assemblies. It must be kept as long as the plugin is used.</summary>
internal interface IPluginLoader
{
    /// <summary>Loads the plugin's assembly.</summary>
    Assembly LoadMain();

    /// <summary>Loads what the plugin gets when it asks for an assembly.</summary>
    Assembly Load(AssemblyName name);
}
