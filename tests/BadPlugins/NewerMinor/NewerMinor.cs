namespace Ptgp.BadPlugins;

/// <summary>Built against a later version of the contract, and says so.</summary>
public sealed class NewerMinor : IdlePlugin
{
    public override string Name => "newer-minor";
}
