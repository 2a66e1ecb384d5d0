namespace Ptgp.Host.Plugins;

/// <summary>A plugin that was made for one task. Disposing it disposes the plugin, where it can be, and its container.</summary>
internal sealed class PluginInstance : IDisposable
{
    private readonly IDisposable container;

    internal PluginInstance(IDisposable container, ITaskPlugin plugin, Type contract)
    {
        (this.container, Plugin) = (container, plugin);
        (InputType, OutputType) = (contract.GenericTypeArguments[0], contract.GenericTypeArguments[1]);
    }

    /// <summary>Gets the plugin: a <see cref="TaskPlugin{TInput, TOutput}"/>.</summary>
    public ITaskPlugin Plugin { get; }

    /// <summary>Gets what the task is asked with.</summary>
    public Type InputType { get; }

    /// <summary>Gets what it answers.</summary>
    public Type OutputType { get; }

    public void Dispose() => container.Dispose();
}
