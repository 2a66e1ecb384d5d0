using Ptgp.Host.Configuration;

namespace Ptgp.Host.Plugins;

/// <summary>Why a plugin cannot be used.</summary>
/// <param name="Plugin">Its name, or that of its folder while the name is unknown.</param>
/// <param name="Path">The folder or file that is at fault.</param>
/// <param name="Code">What kind of fault it is.</param>
/// <param name="Reason">What must hold and what is, to be read after the plugin's name.</param>
/// <param name="Hint">What to do; empty where the reason says it.</param>
internal sealed record PluginFault(string Plugin, string Path, PluginFaultCode Code, string Reason, string Hint)
{
    /// <summary>Gets the failure behind it, for whoever wants to see more; null when there is none.</summary>
    public Exception? Cause { get; init; }

    /// <summary>Gets what is wrong with the options it was given; empty for other faults.</summary>
    public IReadOnlyList<ConfigurationFault> Options { get; init; } = [];

    public override string ToString() => $"Plugin '{Plugin}' {Reason} {Hint}".TrimEnd();
}

/// <summary>Kinds of faults of plugins.</summary>
internal enum PluginFaultCode
{
    /// <summary>The folder does not hold an assembly of its own name.</summary>
    NoAssembly,

    /// <summary>The file is no .NET assembly.</summary>
    NotManaged,

    /// <summary>The file is cut short or damaged.</summary>
    Damaged,

    /// <summary>It was built against a contract that this host does not have.</summary>
    Contract,

    /// <summary>It was built against a newer TorchSharp, or another shared assembly, than this host has.</summary>
    SharedVersion,

    /// <summary>It uses a type or member that this host's contract or TorchSharp lacks.</summary>
    MissingMember,

    /// <summary>It has no public class derived from the contract's plugin class, or several.</summary>
    EntryType,

    /// <summary>It brings a copy of what the host brings.</summary>
    HostFiles,

    /// <summary>An assembly that it needs is not in its folder.</summary>
    MissingDependency,

    /// <summary>Its runtime configuration names further folders to load from.</summary>
    ProbingPaths,

    /// <summary>Its name is not lower case, or taken.</summary>
    Name,

    /// <summary>Only listed plugins are trusted, and this one is not listed, or differs from what is listed.</summary>
    NotTrusted,

    /// <summary>Its files changed between being checked and being loaded.</summary>
    Changed,

    /// <summary>It could not be loaded, for a reason that the checks did not foresee.</summary>
    Load,

    /// <summary>Its constructor asks for something that plugins are not given.</summary>
    Constructor,

    /// <summary>Its constructor failed.</summary>
    Throws,

    /// <summary>Its constructor does not end.</summary>
    Hangs,

    /// <summary>Its options do not hold.</summary>
    Options,
}
