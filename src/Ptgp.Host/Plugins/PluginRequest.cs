using Ptgp.Host.Configuration;

namespace Ptgp.Host.Plugins;

/// <summary>For which configured task a plugin is made.</summary>
internal sealed record PluginRequest
{
    /// <summary>Gets the task's name.</summary>
    public required string TaskName { get; init; }

    /// <summary>Gets how the plugin's options are made, given their type; by default they are those that nobody changed. A plugin that takes none is asked for an <see cref="object"/>.</summary>
    public Func<Type, (object? Options, IReadOnlyList<ConfigurationFault> Faults)> Options { get; init; } = type => (Activator.CreateInstance(type), []);

    /// <summary>Gets where what the plugin logs goes; null for nowhere.</summary>
    public IConsoleLog? Log { get; init; }

    /// <summary>Gets what is cancelled when the host stops.</summary>
    public CancellationToken Stopping { get; init; }
}
