namespace Ptgp.Host.Plugins;

/// <summary>How plugins are loaded, where that is not the user's affair.</summary>
internal sealed record PluginSettings
{
    private static readonly Lazy<PluginStage> Shared = new(() => new());

    /// <summary>Gets how long a plugin's constructor may take.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets where plugins are loaded from.</summary>
    public PluginStage Stage { get => field ?? Shared.Value; init; }

    /// <summary>Gets what loads them.</summary>
    public IPluginLoaderFactory Loaders { get; init; } = new McMasterLoaderFactory();
}
