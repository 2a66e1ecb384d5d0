namespace Ptgp.Host.Plugins;

/// <summary>Finds the folders that hold one plugin each.</summary>
internal static class PluginFolders
{
    /// <summary>Lists the plugin folders in the given ones: in order of those, then by name. Hidden folders and half-written ones (<c>*.tmp</c>, <c>*.partial</c>) are no plugins, nor are empty ones.</summary>
    public static IEnumerable<string> In(IEnumerable<string> folders) => folders
        .Select(Path.GetFullPath).Select(Path.TrimEndingDirectorySeparator).Distinct(StringComparer.Ordinal)
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        .Where(folder => Path.GetFileName(folder) is var name && name[0] != '.' && Path.GetExtension(name) is not (".tmp" or ".partial"))
        .Where(folder => Directory.EnumerateFileSystemEntries(folder).Any());
}
