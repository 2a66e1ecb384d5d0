namespace Ptgp.BadPlugins;

/// <summary>A good one with an assembly of its own beside it.</summary>
public sealed class WithDependency : IdlePlugin
{
    public override string Name => "with-dependency";

    public override string ToText(string output) => Library.Words.Hello;
}
