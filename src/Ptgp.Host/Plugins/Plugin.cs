using System.Reflection;
using System.Text.RegularExpressions;
using Ptgp.Host.Plugins.Preflight;

namespace Ptgp.Host.Plugins;

/// <summary>A plugin that was found and fits this host. None of its code is loaded before it is asked for an instance. Safe to use from many threads.</summary>
internal sealed partial class Plugin
{
    private readonly PluginFiles files;
    private readonly PluginManifest manifest;
    private readonly PluginSettings settings;
    private readonly Lazy<(IPluginLoader Loader, Type Type, Type Contract)> entry; // keeps the loader: without it the context would go

    internal Plugin(PluginFiles files, PluginManifest manifest, PluginSettings settings)
    {
        (this.files, this.manifest, this.settings) = (files, manifest, settings);
        entry = new(Load);
        Name = manifest.Name ?? ReadName();
        if (!NamePattern().IsMatch(Name))
        {
            throw Fault(PluginFaultCode.Name, $"must have a name of lower-case letters, digits and hyphens, but is called '{Name}'.", $"Change the property Name of {manifest.EntryType}.");
        }
    }

    /// <summary>Gets the name that tasks call it by.</summary>
    public string Name { get; }

    /// <summary>Gets the folder it was found in.</summary>
    public string Folder => files.Folder;

    /// <summary>Gets the version of its assembly.</summary>
    public Version Version => manifest.Version;

    /// <summary>Gets the version of the contract it was built against.</summary>
    public Version Contract => manifest.Contract;

    /// <summary>Makes an instance for a task, on a thread of its own that is given up when it takes too long.</summary>
    /// <exception cref="PluginException">It could not be loaded or made; the message says why and what to do.</exception>
    public PluginInstance Create(PluginRequest request)
    {
        var (_, type, contract) = Loaded();
        return Guarded(() =>
        {
            var (container, plugin) = new PluginConstructor(Label, type).Construct(request);
            _ = (plugin.Name, plugin.Needs); // if these fail, then here
            return new PluginInstance(container, plugin, contract);
        });
    }

    private string Label => Name ?? Path.GetFileName(Folder);

    private string ReadName()
    {
        using var instance = Create(new() { TaskName = Path.GetFileName(Folder) });
        return Guarded(() => instance.Plugin.Name) ?? "";
    }

    private (IPluginLoader Loader, Type Type, Type Contract) Loaded()
    {
        try
        {
            return entry.Value;
        }
        catch (Exception e) when (e is not PluginException)
        {
            throw Fault(PluginFaultCode.Load, $"cannot be loaded: {e.Message}", "Copy its whole output folder again, or rebuild it.", e);
        }
    }

    private (IPluginLoader Loader, Type Type, Type Contract) Load()
    {
        var staged = settings.Stage.Stage(files);
        if (staged.Fingerprint != files.Fingerprint)
        {
            throw Fault(PluginFaultCode.Changed, "must stand still while it is loaded, but its files were changed.", "Wait until it is copied, and try again.");
        }

        var loader = settings.Loaders.Create(Path.Combine(staged.Folder, Path.GetFileName(Folder) + ".dll"));
        var assembly = loader.LoadMain();
        foreach (var reference in assembly.GetReferencedAssemblies())
        {
            if (SharedAssemblies.ByName.TryGetValue(reference.Name!, out var shared) && loader.Load(reference) is var got && got != shared)
            {
                throw Fault(PluginFaultCode.SharedVersion, $"must share the host's {reference.Name}, but got {got.GetName().Version} from '{got.Location}' instead of {shared.GetName().Version}.", "Remove that file, or rebuild the plugin against the host's version.");
            }
        }

        var type = assembly.GetType(manifest.EntryType, throwOnError: true)!;
        return (loader, type, ContractOf(type) ?? throw Fault(PluginFaultCode.SharedVersion, $"must derive from the host's TaskPlugin, but {type} derives from another one.", "Remove the copy of the contract that the plugin brings."));
    }

    private static Type? ContractOf(Type? type)
    {
        while (type is not null && !(type.IsConstructedGenericType && type.GetGenericTypeDefinition() == typeof(TaskPlugin<,>)))
        {
            type = type.BaseType;
        }

        return type;
    }

    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return Deadline.Run(work, settings.Deadline);
        }
        catch (Exception e) when (e is not PluginException)
        {
            throw Explain(e);
        }
    }

    private PluginException Explain(Exception failure)
    {
        var cause = failure;
        while (cause is TargetInvocationException or TypeInitializationException && cause.InnerException is not null)
        {
            cause = cause.InnerException;
        }

        return cause switch
        {
            TimeoutException when cause == failure => Fault(PluginFaultCode.Hangs, $"must be made within {settings.Deadline.TotalSeconds:0.###} seconds, but its constructor has not ended.",
                "Move slow work out of the constructor. The thread it runs on is lost until the host is started again.", cause),
            FileNotFoundException missing when missing.FileName is not null => Fault(PluginFaultCode.MissingDependency, $"needs '{missing.FileName.Split(',')[0]}', which its folder lacks.", "Copy the whole output folder of the plugin.", failure),
            MissingMemberException or TypeLoadException or BadImageFormatException => Fault(PluginFaultCode.Load, $"does not fit what it was loaded with: {cause.Message}", "Rebuild the plugin against this host's Ptgp.Abstractions.", failure),
            _ => Fault(PluginFaultCode.Throws, $"cannot be made: its {(failure is TargetInvocationException { InnerException: TypeInitializationException } or TypeInitializationException ? "static constructor" : "constructor")} failed with {cause.GetType().Name}: {cause.Message}",
                "Ask its author, or show more with --verbose.", failure),
        };
    }

    private PluginException Fault(PluginFaultCode code, string reason, string hint, Exception? cause = null) =>
        new(new(Label, Folder, code, reason, hint) { Cause = cause });

    [GeneratedRegex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    private static partial Regex NamePattern();
}
