namespace Ptgp.BadPlugins;

public sealed class ThrowsInConstructor : IdlePlugin
{
    public ThrowsInConstructor() => throw new InvalidOperationException("No licence was found.");

    public override string Name => "throws-in-constructor";
}
