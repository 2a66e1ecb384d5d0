namespace Ptgp.BadPlugins;

internal sealed class InternalEntryType : IdlePlugin
{
    public override string Name => "internal-entry-type";
}
