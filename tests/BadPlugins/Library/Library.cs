namespace Ptgp.BadPlugins.Library;

/// <summary>Something that a plugin needs.</summary>
public static class Words
{
    public static string Hello => "hello";
}
