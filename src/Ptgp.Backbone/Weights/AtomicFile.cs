namespace Ptgp.Backbone.Weights;

/// <summary>Writes a file as a whole or not at all.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes beside the file, flushes to the disk and renames: at any moment <paramref name="path"/> is the old file or the new one, whole.
    /// When <paramref name="write"/> or the disk fails, the old file stays and nothing is left beside it.
    /// </summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the content. What it throws is thrown on.</param>
    /// <exception cref="IOException">The disk is full, the folder is missing or may not be written to.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var partial = Beside(path);
        try
        {
            using (var stream = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
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

    /// <summary>A name in the same folder, and so on the same disk, that nothing else uses.</summary>
    internal static string Beside(string path) => $"{Path.TrimEndingDirectorySeparator(path)}.partial-{Guid.NewGuid():N}";

    private static void Remove(string partial)
    {
        try
        {
            File.Delete(partial);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // What the write itself threw says more.
        }
    }
}
