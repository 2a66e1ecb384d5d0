namespace Ptgp.BadPlugins;

/// <summary>Built against a contract of the next major version.</summary>
public sealed class NextMajor : IdlePlugin
{
    public override string Name => "next-major";
}
