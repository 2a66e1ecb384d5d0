namespace Ptgp.BadPlugins;

public sealed class ShoutsItsName : IdlePlugin
{
    public override string Name => "SHOUT";
}
