using Ptgp.Backbone;

namespace Ptgp.Host.Hub;

/// <summary>
/// Pulls a model: asks which commit its revision is, chooses the files that are needed, fetches those that are missing, verifies each and puts it in its
/// place. Whatever ends it — a cut line, a full disk, Ctrl-C, a kill — leaves what arrived, and the next run goes on from there.
/// </summary>
internal sealed class ModelPull(HubOptions options, ModelCache cache, IPullProgress progress)
{
    // Tokenizers of large vocabularies have tens of megabytes.
    private const long LargestText = 512 << 20;

    /// <summary>Pulls.</summary>
    /// <param name="reference">The model and its revision.</param>
    /// <param name="to">The folder to pull into; null for one of the cache.</param>
    /// <param name="cancellation">Calls it off.</param>
    /// <returns>The folder, whole.</returns>
    /// <exception cref="UserException">It cannot be pulled; the message says why and what to do.</exception>
    public async Task<PulledFolder> RunAsync(HubReference reference, string? to, CancellationToken cancellation)
    {
        var present = to is null ? cache.Find(reference) : PulledFolder.Read(to);
        if (options.IsOffline)
        {
            return present is { IsWhole: true } && present.Reference.Name == reference.Name && (to is null || IsOf(present, reference)) ? present : throw new UserException(
                $"'{reference}' must be in '{to ?? cache.Folder}' to be used offline, but is {(present is null ? "not" : "there in part")}. Run 'ptgp models pull {reference}' without --offline and HF_HUB_OFFLINE.");
        }

        if (to is null && reference.IsCommit && present is { IsWhole: true })
        {
            return present;
        }

        using var client = new HubClient(options);
        var listing = await client.ListAsync(reference, cancellation).ConfigureAwait(false);
        var path = to ?? cache.FolderOf(reference.Name, listing.Commit);
        CheckFolder(path, reference, listing.Commit);
        var pulled = PulledFolder.Read(path);
        if (pulled is not { IsWhole: true })
        {
            pulled = await FillAsync(client, path, reference, listing, cancellation).ConfigureAwait(false);
        }

        if (to is null)
        {
            cache.Remember(reference, listing.Commit);
        }

        return pulled;
    }

    private static bool IsOf(PulledFolder present, HubReference reference) => present.Reference == reference || present.Commit == reference.Revision;

    private static void CheckFolder(string path, HubReference reference, string commit)
    {
        if (PulledFolder.Read(path) is { } present)
        {
            if (present.Reference.Name != reference.Name || present.Commit != commit)
            {
                throw new UserException($"'{path}' must be empty or hold '{reference.Name}' at commit {commit}, but holds '{present.Reference.Name}' at {present.Commit}. Name another folder with --to, or remove it.");
            }
        }
        else if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Select(Path.GetFileName).FirstOrDefault(name => !name!.StartsWith(".ptgp-pull", StringComparison.Ordinal)) is { } other)
        {
            throw new UserException($"'{path}' must be empty or hold what was pulled of '{reference.Name}', but holds '{other}'. Name another folder with --to, or remove it.");
        }
    }

    private async Task<PulledFolder> FillAsync(HubClient client, string path, HubReference reference, HubListing listing, CancellationToken cancellation)
    {
        var needed = NeededFiles.Of(reference, [.. listing.Files.Keys]);
        using var occupied = PulledFolder.Occupy(path);
        var download = new FileDownload(client, options, progress, reference, listing.Commit);
        var files = await DescribeAsync(needed.Names).ConfigureAwait(false);
        var pulled = new PulledFolder { Path = path, Reference = reference, Commit = listing.Commit, Files = files, IsListed = needed.Index is null };
        pulled.Save();
        if (needed.Index is { } index)
        {
            var list = files.Single(file => file.Name == index);
            await FetchAsync([list]).ConfigureAwait(false);
            pulled = pulled with { Files = [.. files, .. await DescribeAsync(NeededFiles.ReadIndex(reference, pulled.PlaceOf(list), [.. listing.Files.Keys])).ConfigureAwait(false)], IsListed = true };
            pulled.Save();
        }

        CheckRoom(pulled);
        progress.Begin(pulled.Size);
        progress.Add(pulled.Files.Where(pulled.Has).Sum(file => file.Size));
        var weights = pulled.Files.Where(IsWeights).ToList();
        await FetchAsync(pulled.Files.Except(weights)).ConfigureAwait(false);
        WarnOfFamily(path);
        await FetchAsync(weights).ConfigureAwait(false);
        occupied.Dispose();
        PulledFolder.CleanUp(path);
        return pulled;

        async Task<List<HubFile>> DescribeAsync(IEnumerable<string> names)
        {
            List<HubFile> described = [];
            foreach (var name in names)
            {
                var file = await client.DescribeAsync(reference, listing.Commit, listing.Files[name], cancellation).ConfigureAwait(false);
                described.Add(IsWeights(file) || file.Size <= LargestText ? file : throw new UserException(
                    $"'{file.Name}' of '{reference}' must have at most {LargestText} bytes, but has {file.Size}. Tell the model's owner, or pull another revision."));
            }

            return described;
        }

        async Task FetchAsync(IEnumerable<HubFile> wanted)
        {
            foreach (var file in wanted.Where(file => !pulled.Has(file)))
            {
                await download.RunAsync(file, pulled.PartialOf(file), pulled.PlaceOf(file), cancellation).ConfigureAwait(false);
            }
        }
    }

    private static bool IsWeights(HubFile file) => Path.GetExtension(file.Name) is ".safetensors" or ".bin";

    // What cannot be used is said before its gigabytes are fetched.
    private void WarnOfFamily(string path)
    {
        try
        {
            if (File.Exists(Path.Combine(path, "config.json")))
            {
                _ = CheckpointFolder.Open(path);
            }
        }
        catch (CheckpointException fault)
        {
            progress.Say($"Warning: it is pulled, but cannot be used as a backbone. {fault.Message}");
        }
    }

    private static void CheckRoom(PulledFolder pulled)
    {
        long room;
        try
        {
            room = new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(pulled.Path)! : pulled.Path).AvailableFreeSpace;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return; // some disks do not say; writing to them will
        }

        var missing = pulled.Size - pulled.Bytes;
        if (missing > room)
        {
            throw new UserException($"The disk of '{pulled.Path}' must have room for {missing} more bytes, but has {room}. Make room, or name another folder with --to or PTGP_CACHE.");
        }
    }
}
