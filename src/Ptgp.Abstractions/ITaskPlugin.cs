namespace Ptgp;

/// <summary>A task the host can load: a <see cref="TaskPlugin{TInput, TOutput}"/>.</summary>
public interface ITaskPlugin
{
    /// <summary>Gets the plugin's name in the configuration and in checkpoint folders: lower case, such as <c>translation</c>.</summary>
    string Name { get; }

    /// <summary>Gets what the backbone must be able to do for this task. The host checks it before it loads weights.</summary>
    BackboneFeatures Needs { get; }

    /// <summary>Keeps strangers from implementing this, so that members can be added.</summary>
    internal void OnlyTaskPluginImplementsThis();
}
