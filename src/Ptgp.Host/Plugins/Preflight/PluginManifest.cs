namespace Ptgp.Host.Plugins.Preflight;

/// <summary>What a plugin's files say of it, before any of its code runs.</summary>
internal sealed record PluginManifest
{
    /// <summary>Gets the full name of its plugin class.</summary>
    public required string EntryType { get; init; }

    /// <summary>Gets its name; null when the class does not simply state it, so that only an instance can tell.</summary>
    public required string? Name { get; init; }

    /// <summary>Gets the version of the assembly.</summary>
    public required Version Version { get; init; }

    /// <summary>Gets the version of the contract it was built against.</summary>
    public required Version Contract { get; init; }
}
