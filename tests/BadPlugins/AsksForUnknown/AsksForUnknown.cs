namespace Ptgp.BadPlugins;

/// <summary>Asks for what plugins are not given.</summary>
public sealed class AsksForUnknown : IdlePlugin
{
    public AsksForUnknown(IServiceProvider services) => ArgumentNullException.ThrowIfNull(services);

    public override string Name => "asks-for-unknown";
}
