using System.Text.Json;

namespace Ptgp.Host.Hub;

/// <summary>Which files a model has at a commit.</summary>
internal sealed record HubListing(string Commit, IReadOnlyDictionary<string, ListedFile> Files)
{
    /// <summary>The most bytes that a list may have.</summary>
    public const int LargestText = 32 << 20;

    private const int MostFiles = 100_000, LongestName = 1024;

    /// <summary>Reads the hub's answer.</summary>
    /// <exception cref="UserException">It is not what the hub would say; the message says why.</exception>
    public static HubListing Parse(ReadOnlyMemory<byte> json, HubReference reference)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var commit = document.RootElement.GetProperty("sha").GetString();
            if (commit is null || !HubReference.IsCommitName(commit) || (reference.IsCommit && commit != reference.Revision))
            {
                throw Fault(reference, $"a commit{(reference.IsCommit ? $" '{reference.Revision}'" : "")}", $"names '{commit}'");
            }

            var files = new Dictionary<string, ListedFile>(StringComparer.Ordinal);
            foreach (var sibling in document.RootElement.GetProperty("siblings").EnumerateArray())
            {
                var file = Read(sibling);
                if (Leads(file.Name) || files.Count == MostFiles || !files.TryAdd(file.Name, file))
                {
                    throw Fault(reference, $"at most {MostFiles} files, each once and inside of it", files.Count == MostFiles ? "has more" : $"has '{file.Name}'{(files.ContainsKey(file.Name) ? " twice" : "")}");
                }
            }

            return new(commit, files);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Fault(reference, "'sha' and 'siblings'", $"does not fit: {fault.Message}", fault);
        }
    }

    private static ListedFile Read(JsonElement sibling)
    {
        var file = new ListedFile(sibling.GetProperty("rfilename").GetString() ?? "");
        // A large file is stored elsewhere: its blob is a pointer, and what counts stands under "lfs".
        var isLarge = sibling.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object;
        var holder = isLarge ? lfs : sibling;
        return file with
        {
            Size = holder.TryGetProperty("size", out var size) && size.ValueKind == JsonValueKind.Number && size.GetInt64() is >= 0 and var bytes ? bytes : null,
            Hash = holder.TryGetProperty(isLarge ? "sha256" : "blobId", out var hash) && hash.ValueKind == JsonValueKind.String ? ContentHash.Parse(hash.GetString()) : null,
        };
    }

    // Names may hold folders, whose files nobody takes; they may not lead out of the model's own.
    private static bool Leads(string name) =>
        name.Length is 0 or > LongestName || name[0] is '/' or '\\' || name.Any(char.IsControl) || name.Split('/', '\\').Contains("..") || (name.Length > 1 && name[1] == ':');

    private static UserException Fault(HubReference reference, string must, string @is, Exception? inner = null) =>
        new($"The hub's list of '{reference}' must hold {must}, but {new string([.. @is.Where(letter => !char.IsControl(letter)).Take(400)])}. Check HF_ENDPOINT, or tell the model's owner.", inner);
}

/// <summary>A file of a list.</summary>
/// <param name="Name">Its name, which may hold folders.</param>
/// <param name="Size">In bytes; null where the list does not say.</param>
/// <param name="Hash">Of its content; null where the list does not say.</param>
internal sealed record ListedFile(string Name, long? Size = null, ContentHash? Hash = null);
