using System.Text;

namespace Ptgp.Host.Commands;

/// <summary>A file that is written beside its place and moved there when it is whole, so that an older one is never lost to half a new one.</summary>
internal sealed class OutputFile : IDisposable
{
    private readonly string path;
    private readonly string? beside;

    private OutputFile(string path, string? beside, Stream stream)
    {
        (this.path, this.beside) = (path, beside);
        Writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16) { NewLine = "\n" };
    }

    /// <summary>Gets what writes it.</summary>
    public TextWriter Writer { get; }

    /// <summary>Gets where what was written lies until it is whole, or stays when it never is.</summary>
    public string PartialPath => beside ?? path;

    /// <summary>Opens a file.</summary>
    /// <param name="path">Its absolute path.</param>
    /// <param name="option">The option that named it.</param>
    /// <exception cref="UsageException">It cannot be written.</exception>
    public static OutputFile Open(string path, string option)
    {
        try
        {
            path = (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? path;
            if (Directory.Exists(path))
            {
                throw new UsageException($"{option} must name a file, but there is a folder at '{path}'.");
            }

            if (Path.GetDirectoryName(path) is { Length: > 0 } folder && !Directory.Exists(folder))
            {
                throw new UsageException($"{option} must name a file in a folder that is there, but there is none at '{folder}'. Make it, or name another.");
            }

            // A device is written to, never replaced.
            if (path.StartsWith("/dev/", StringComparison.Ordinal))
            {
                return new(path, null, new FileStream(path, FileMode.Open, FileAccess.Write));
            }

            if (File.Exists(path))
            {
                using var present = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            }

            var beside = path + ".partial";
            return new(path, beside, new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.Read));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{option} must name a file that can be written, but '{path}' cannot: {refused.Message}", refused);
        }
    }

    /// <summary>Puts the whole file in its place.</summary>
    public void Commit()
    {
        Writer.Dispose();
        if (beside is not null)
        {
            File.Move(beside, path, overwrite: true);
        }
    }

    /// <summary>Closes the file, and removes what was not put in place if there is nothing in it.</summary>
    public void Dispose()
    {
        Writer.Dispose();
        if (beside is not null && new FileInfo(beside) is { Exists: true, Length: 0 } empty)
        {
            empty.Delete();
        }
    }
}
