namespace Ptgp.BadPlugins;

/// <summary>Needs an assembly that its build does not put beside it.</summary>
public sealed class LacksDependency : IdlePlugin
{
    public override string Name => Library.Words.Hello;
}
