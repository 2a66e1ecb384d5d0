using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Win32.SafeHandles;
using Ptgp.Backbone.Weights;

namespace Ptgp.Host.Hub;

/// <summary>
/// A file of which parts arrive, with notes beside it of how far each is, so that another run goes on where this one ended, however it ended. The notes
/// never say more than was written; the hash of the whole tells what a machine that lost power lost.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    // A process that is killed fetches at most so much again.
    private const long NotedEvery = 16 << 20;

    private readonly string path;
    private readonly HubFile file;
    private readonly SafeFileHandle handle;
    private readonly Lock turn = new();
    private long unnoted;

    private PartialFile(string path, HubFile file, IReadOnlyList<FilePart> parts)
    {
        (this.path, this.file, Parts) = (path, file, parts);
        handle = Writing(path, () => File.OpenHandle(path, Done > 0 ? FileMode.Open : FileMode.Create, FileAccess.ReadWrite, FileShare.Read, FileOptions.Asynchronous));
    }

    /// <summary>Gets the parts; together they are the file.</summary>
    public IReadOnlyList<FilePart> Parts { get; private set; }

    /// <summary>Gets how many bytes are there.</summary>
    public long Done => Parts.Sum(part => part.Done);

    /// <summary>Opens a file to go on with it, or to begin it where there is nothing to go on with.</summary>
    /// <exception cref="UserException">It cannot be written.</exception>
    public static PartialFile Open(string path, HubFile file, long partSize) => new(path, file, Noted(path, file) ?? FilePart.Cut(file.Size, partSize));

    /// <summary>Counts the bytes that are there of a file that was begun.</summary>
    public static long CountDone(string path, HubFile file) => Noted(path, file)?.Sum(part => part.Done) ?? 0;

    /// <summary>Removes a file and its notes.</summary>
    public static void Delete(string path)
    {
        File.Delete(path);
        File.Delete(NotesOf(path));
    }

    /// <summary>Makes one part of the file, of which nothing is there.</summary>
    /// <returns>How many bytes were there.</returns>
    public long Restart()
    {
        var lost = Done;
        Parts = FilePart.Cut(file.Size, Math.Max(1, file.Size));
        Note();
        return lost;
    }

    /// <summary>Writes the next bytes of a part. Each part is written by one caller at a time.</summary>
    /// <exception cref="UserException">The disk is full, or fails.</exception>
    public async Task WriteAsync(FilePart part, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await RandomAccess.WriteAsync(handle, bytes, part.Next, cancellation).ConfigureAwait(false);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, refused);
        }

        bool isDue;
        lock (turn)
        {
            part.Done += bytes.Length;
            unnoted += bytes.Length;
            isDue = unnoted >= NotedEvery || part.IsWhole;
        }

        if (isDue)
        {
            Note();
        }
    }

    /// <summary>Writes all to the disk.</summary>
    /// <exception cref="UserException">It fails.</exception>
    public void Flush() => Writing(path, () =>
    {
        RandomAccess.FlushToDisk(handle);
        return true;
    });

    /// <summary>Notes how far the parts are. A disk that is full keeps the older notes, which hold as well.</summary>
    public void Note()
    {
        lock (turn)
        {
            unnoted = 0;
            var notes = new JsonObject
            {
                ["hash"] = file.Hash.Digits,
                ["size"] = file.Size,
                ["parts"] = new JsonArray([.. Parts.Select(part => new JsonArray(part.Start, part.Length, part.Done))]),
            };
            try
            {
                AtomicFile.Write(NotesOf(path), stream => stream.Write(JsonSerializer.SerializeToUtf8Bytes(notes)));
            }
            catch (IOException)
            {
                // Writing the file itself meets the same fault, and says it.
            }
        }
    }

    public void Dispose() => handle.Dispose();

    private static string NotesOf(string path) => path + ".json";

    private static List<FilePart>? Noted(string path, HubFile file)
    {
        try
        {
            var notes = JsonNode.Parse(File.ReadAllBytes(NotesOf(path)))!;
            if ((string?)notes["hash"] != file.Hash.Digits || (long)notes["size"]! != file.Size)
            {
                return null;
            }

            var parts = notes["parts"]!.AsArray().Select(part => new FilePart((long)part![0]!, (long)part[1]!) { Done = (long)part[2]! }).ToList();
            var end = 0L;
            foreach (var part in parts)
            {
                if (part.Start != end || part.Length <= 0 || part.Done < 0 || part.Done > part.Length)
                {
                    return null;
                }

                end = part.End;
            }

            return end == file.Size && new FileInfo(path).Length >= parts.Max(part => part.Done > 0 ? part.Next : 0) ? parts : null;
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or NullReferenceException or FormatException or OverflowException or ArgumentException)
        {
            return null;
        }
    }

    private static T Writing<T>(string path, Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, refused);
        }
    }

    private static UserException Unwritable(string path, Exception refused) =>
        new($"'{path}' must be writable, but is not: {refused.Message.TrimEnd('.')}. Make room, or name another folder with --to or PTGP_CACHE, and run the command again; what was pulled stays.", refused);
}
