namespace Ptgp.BadPlugins;

public sealed class HangsInConstructor : IdlePlugin
{
    public HangsInConstructor() => Thread.Sleep(Timeout.Infinite);

    public override string Name => "hangs-in-constructor";
}
