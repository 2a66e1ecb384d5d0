namespace Ptgp.BadPlugins;

public sealed class First : IdlePlugin
{
    public override string Name => "first";
}

public sealed class Second : IdlePlugin
{
    public override string Name => "second";
}
