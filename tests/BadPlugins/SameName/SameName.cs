namespace Ptgp.BadPlugins;

/// <summary>Has the name of <c>Good</c>.</summary>
public sealed class SameName : IdlePlugin
{
    public override string Name => "good";
}
