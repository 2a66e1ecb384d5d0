namespace Ptgp.BadPlugins;

/// <summary>A plugin class that nobody can make.</summary>
public abstract class AbstractEntryType : IdlePlugin
{
    public override string Name => "abstract-entry-type";
}
