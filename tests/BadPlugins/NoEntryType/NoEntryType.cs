namespace Ptgp.BadPlugins;

/// <summary>A class, but no plugin.</summary>
public sealed class NoEntryType
{
    public static FineTuningRecipe Recipe => new();
}
