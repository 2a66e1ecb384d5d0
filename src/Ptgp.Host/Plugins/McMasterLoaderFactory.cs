using System.Reflection;
using McMaster.NETCore.Plugins;

namespace Ptgp.Host.Plugins;

/// <summary>Loads plugins by McMaster.NETCore.Plugins: one load context each.</summary>
internal sealed class McMasterLoaderFactory : IPluginLoaderFactory
{
    public IPluginLoader Create(string assemblyPath) => new Loader(PluginLoader.CreateFromAssemblyFile(assemblyPath, [.. SharedAssemblies.Types], config =>
    {
        // Sharing an assembly also shares what it refers to, and would make TorchSharp's helpers the plugins' too.
        foreach (var name in SharedAssemblies.NotShared)
        {
            config.PrivateAssemblies.Add(name);
        }
    }));

    private sealed class Loader(PluginLoader loader) : IPluginLoader
    {
        public Assembly LoadMain() => loader.LoadDefaultAssembly();

        public Assembly Load(AssemblyName name) => loader.LoadAssembly(name);
    }
}
