using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Backbone.Weights;

namespace Ptgp.Host.Hub;

/// <summary>A folder that a model is pulled into. Its list of files stands in it before the first of them, so that it is known at any time what is missing.</summary>
internal sealed record PulledFolder
{
    private const string ListName = ".ptgp-pull.json", WorkName = ".ptgp-pull";

    /// <summary>Gets the folder.</summary>
    public required string Path { get; init; }

    /// <summary>Gets the model and the revision that was asked for.</summary>
    public required HubReference Reference { get; init; }

    /// <summary>Gets the commit that the revision was.</summary>
    public required string Commit { get; init; }

    /// <summary>Gets the files.</summary>
    public required IReadOnlyList<HubFile> Files { get; init; }

    /// <summary>Gets whether <see cref="Files"/> are all; before, the files that an index lists are not among them.</summary>
    public required bool IsListed { get; init; }

    /// <summary>Gets whether all files are there. A file is in its place only when its hash was right.</summary>
    public bool IsWhole => IsListed && Files.All(Has);

    /// <summary>Gets the bytes of all files.</summary>
    public long Size => Files.Sum(file => file.Size);

    /// <summary>Gets the bytes that are there, those of files that are not whole included.</summary>
    public long Bytes => Files.Sum(file => Has(file) ? file.Size : PartialFile.CountDone(PartialOf(file), file));

    /// <summary>Reads a folder's list.</summary>
    /// <returns>Null where nothing was pulled into it.</returns>
    public static PulledFolder? Read(string path)
    {
        try
        {
            var list = JsonNode.Parse(File.ReadAllBytes(System.IO.Path.Combine(path, ListName)))!;
            var files = list["files"]!.AsArray().Select(file => new HubFile((string)file!["name"]!, (long)file["size"]!, ContentHash.Parse((string?)file["hash"])!)).ToList();
            var commit = (string?)list["commit"];
            return files.TrueForAll(file => HubFile.IsPlain(file.Name) && file.Size >= 0 && file.Hash is not null) && commit is not null && HubReference.IsCommitName(commit)
                && HubReference.TryParse($"{(string?)list["name"]}@{(string?)list["revision"]}", out var reference)
                ? new() { Path = path, Reference = reference, Commit = commit, Files = files, IsListed = (bool)list["listed"]! }
                : null;
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Writes the list.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save()
    {
        var list = new JsonObject
        {
            ["name"] = Reference.Name,
            ["revision"] = Reference.Revision,
            ["commit"] = Commit,
            ["listed"] = IsListed,
            ["files"] = new JsonArray([.. Files.Select(file => new JsonObject { ["name"] = file.Name, ["size"] = file.Size, ["hash"] = file.Hash.Digits })]),
        };
        AtomicFile.Write(System.IO.Path.Combine(Path, ListName), stream => stream.Write(JsonSerializer.SerializeToUtf8Bytes(list)));
    }

    /// <summary>Whether a file is in its place.</summary>
    public bool Has(HubFile file) => new FileInfo(PlaceOf(file)) is { Exists: true } present && present.Length == file.Size;

    /// <summary>Names where a file lies.</summary>
    public string PlaceOf(HubFile file) => System.IO.Path.Combine(Path, file.Name);

    /// <summary>Names where a file lies until it is whole.</summary>
    public string PartialOf(HubFile file) => System.IO.Path.Combine(Path, WorkName, file.Name + ".partial");

    /// <summary>Keeps others from pulling into the folder until what is given is disposed.</summary>
    /// <exception cref="UserException">Another does, or the folder cannot be written.</exception>
    public static IDisposable Occupy(string path)
    {
        var work = System.IO.Path.Combine(path, WorkName);
        try
        {
            Directory.CreateDirectory(work);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"'{path}' must be writable, but is not: {refused.Message.TrimEnd('.')}. Name another folder with --to or PTGP_CACHE.", refused);
        }

        try
        {
            return new FileStream(System.IO.Path.Combine(work, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException taken)
        {
            throw new UserException($"'{path}' must be pulled into by one command at a time, but another one does. Wait until it ends.", taken);
        }
    }

    /// <summary>Removes what is no longer needed once all files are whole.</summary>
    public static void CleanUp(string path)
    {
        var work = System.IO.Path.Combine(path, WorkName);
        if (Directory.Exists(work) && !Directory.EnumerateFileSystemEntries(work).Any())
        {
            Directory.Delete(work);
        }
    }
}
