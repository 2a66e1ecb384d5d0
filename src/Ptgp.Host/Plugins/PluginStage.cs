namespace Ptgp.Host.Plugins;

/// <summary>
/// Where plugins are loaded from: copies that nobody changes. A file that is replaced while it is loaded would take the process down,
/// so what lies in the plugin folders is never loaded itself.
/// </summary>
internal sealed class PluginStage
{
    private static readonly TimeSpan Unused = TimeSpan.FromDays(30);
    private readonly string root;

    /// <summary>Initializes a stage in a folder that only this user can write.</summary>
    public PluginStage(string? root = null) => this.root = root ?? DefaultRoot();

    /// <summary>Gives the copy of a plugin's files, made now unless it is there from an earlier run.</summary>
    /// <exception cref="IOException">There is no room, or no right to write.</exception>
    /// <returns>The copied files, which may differ from the given ones when those were changed meanwhile.</returns>
    public PluginFiles Stage(PluginFiles files)
    {
        var folder = Path.Combine(root, Path.GetFileName(files.Folder), files.Fingerprint);
        if (Existing(folder) is { } existing && existing.Fingerprint == files.Fingerprint)
        {
            Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow);
            return existing;
        }

        var beside = $"{folder}.{Guid.NewGuid():n}";
        Directory.CreateDirectory(beside);
        var copied = PluginFiles.Copy(files.Folder, beside);
        if (copied.Fingerprint != files.Fingerprint)
        {
            Directory.Delete(beside, recursive: true);
            return copied;
        }

        try
        {
            Discard(folder);
            Directory.Move(beside, folder);
        }
        catch (IOException) when (Existing(folder)?.Fingerprint == files.Fingerprint)
        {
            Discard(beside); // another process was first
        }

        RemoveUnused(Path.GetDirectoryName(folder)!);
        return PluginFiles.Read(folder);
    }

    private static PluginFiles? Existing(string folder) => Directory.Exists(folder) ? PluginFiles.Read(folder) : null;

    private static void Discard(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void RemoveUnused(string copies)
    {
        foreach (var folder in Directory.EnumerateDirectories(copies).Where(folder => DateTime.UtcNow - Directory.GetLastWriteTimeUtc(folder) > Unused))
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Still loaded by another process: a later run removes it.
            }
        }
    }

    // Without a home of its own a user has no folder that others cannot fill first, so each run makes one of its own.
    private static string DefaultRoot()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        try
        {
            if (home.Length > 0)
            {
                return Directory.CreateDirectory(Path.Combine(home, "ptgp", "plugins")).FullName;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Read-only home, as in many containers.
        }

        var temporary = Directory.CreateTempSubdirectory("ptgp-plugins-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            try
            {
                Directory.Delete(temporary, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Windows keeps loaded files; the system's own cleaning takes them.
            }
        };
        return temporary;
    }
}
