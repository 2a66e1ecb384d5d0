using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ptgp.Host.Plugins;

/// <summary>What host and plugins have in common: exactly the assemblies whose types cross between them.</summary>
internal static class SharedAssemblies
{
    /// <summary>Gets one type of each: the contract, TorchSharp, and what a plugin's constructor may ask for.</summary>
    public static IReadOnlyList<Type> Types { get; } = [typeof(ITaskPlugin), typeof(TorchSharp.torch), typeof(ILogger), typeof(IServiceCollection)];

    /// <summary>Gets them by name.</summary>
    public static IReadOnlyDictionary<string, Assembly> ByName { get; } = Types.Select(type => type.Assembly).ToDictionary(assembly => assembly.GetName().Name!);

    /// <summary>Gets what the shared assemblies need for themselves; a plugin that needs one of these too brings its own.</summary>
    public static IReadOnlyList<AssemblyName> NotShared { get; } =
        [.. typeof(TorchSharp.torch).Assembly.GetReferencedAssemblies().Where(name => !IsFramework(name.Name!))];

    /// <summary>Gets the contract's name.</summary>
    public static string Contract { get; } = typeof(ITaskPlugin).Assembly.GetName().Name!;

    /// <summary>Gets the contract's version: what AssemblyMetadata says, because the assembly's own version stands still within a major.</summary>
    public static Version ContractVersion { get; } = Version.Parse(
        typeof(ITaskPlugin).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "Ptgp.Contract").Value!);

    /// <summary>Tells whether an assembly belongs to .NET itself, which every plugin finds.</summary>
    public static bool IsFramework(string name) =>
        File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, name + ".dll"));

    /// <summary>Tells whether a file is one that only the host brings: the contract, TorchSharp, libtorch.</summary>
    public static bool IsOfTheHost(string fileName)
    {
        var name = fileName.ToUpperInvariant();
        return name is "PTGP.ABSTRACTIONS.DLL" or "TORCHSHARP.DLL"
            || ((name.EndsWith(".DLL", StringComparison.Ordinal) || name.Contains(".SO", StringComparison.Ordinal) || name.EndsWith(".DYLIB", StringComparison.Ordinal))
                && (name.StartsWith("LIB", StringComparison.Ordinal) ? name[3..] : name) is var bare
                && (bare.StartsWith("LIBTORCHSHARP", StringComparison.Ordinal) || bare.StartsWith("TORCH", StringComparison.Ordinal) || bare.StartsWith("C10", StringComparison.Ordinal)));
    }
}
