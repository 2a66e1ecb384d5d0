using Microsoft.Win32.SafeHandles;

namespace Ptgp.Backbone.Weights;

/// <summary>Writes a folder as a whole or not at all.</summary>
public static class AtomicFolder
{
    /// <summary>
    /// Fills a new folder beside <paramref name="path"/>, flushes its files to the disk and renames it. A folder that was there is replaced
    /// <b>with all it holds</b>; when <paramref name="fill"/> or the disk fails, it stays as it was and nothing is left beside it.
    /// </summary>
    /// <param name="path">The folder to make or to replace. Missing parents are made.</param>
    /// <param name="fill">Writes the content into the empty folder it is given. What it throws is thrown on.</param>
    /// <exception cref="IOException">The disk is full, or the place may not be written to.</exception>
    public static void Write(string path, Action<string> fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        path = Path.GetFullPath(path);
        var partial = AtomicFile.Beside(path);
        try
        {
            Directory.CreateDirectory(partial);
            fill(partial);
            FlushAll(partial);
            Replace(path, partial);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"'{path}' could not be written: {fault.Message.TrimEnd('.')}. What was there before is untouched.", fault);
        }
        finally
        {
            Remove(partial);
        }
    }

    private static void FlushAll(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            using SafeFileHandle handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(handle);
        }
    }

    // No system renames a folder over a full one: for a moment the old one stands beside, and comes back if the new one cannot take its place.
    private static void Replace(string path, string partial)
    {
        if (!Directory.Exists(path))
        {
            Directory.Move(partial, path);
            return;
        }

        var old = AtomicFile.Beside(path);
        Directory.Move(path, old);
        try
        {
            Directory.Move(partial, path);
        }
        catch
        {
            Directory.Move(old, path);
            throw;
        }

        Remove(old);
    }

    private static void Remove(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Nothing is lost by a folder that stays behind; what the write itself threw says more.
        }
    }
}
