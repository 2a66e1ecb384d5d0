namespace Ptgp.BadPlugins;

/// <summary>Nothing is wrong with this one either: it takes nothing, and its name is known to an instance only.</summary>
public sealed class Parameterless : IdlePlugin
{
    public override string Name { get; } = "para" + "meterless".ToLowerInvariant();
}
