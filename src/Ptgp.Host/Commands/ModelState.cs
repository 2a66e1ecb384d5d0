using Ptgp.Backbone;
using Ptgp.Backbone.Weights;
using Ptgp.Host.Hub;

namespace Ptgp.Host.Commands;

/// <summary>What is known of a model's folder without loading it.</summary>
internal sealed record ModelState
{
    /// <summary>Gets the backbone of the configuration that it is; null for one that is in the cache alone.</summary>
    public string? Backbone { get; init; }

    /// <summary>Gets its name in the configuration or on the hub.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the revision that it is; null where it was not pulled, or where the cache holds a later commit of the revision.</summary>
    public string? Revision { get; init; }

    /// <summary>Gets the commit; null where it was not pulled.</summary>
    public string? Commit { get; init; }

    /// <summary>Gets the folder; null for one of the hub that was not pulled.</summary>
    public string? Path { get; init; }

    /// <summary>Gets the family; null where it is not known.</summary>
    public string? Family { get; init; }

    /// <summary>Gets the bytes that are there.</summary>
    public long Bytes { get; init; }

    /// <summary>Gets the bytes that will be there when it is whole.</summary>
    public long Size { get; init; }

    /// <summary>Gets <c>whole</c>, <c>partial</c>, <c>missing</c> or <c>unreadable</c>.</summary>
    public required string State { get; init; }

    /// <summary>Gets why it cannot be used and what to do; null where it can.</summary>
    public string? Fault { get; init; }

    /// <summary>Looks at the folder of a backbone.</summary>
    /// <param name="backbone">Its name.</param>
    /// <param name="checkpoint">The folder, or <c>hub:NAME@REVISION</c> when it was not pulled.</param>
    /// <param name="cache">Where pulled models lie.</param>
    public static ModelState OfBackbone(string backbone, string checkpoint, ModelCache cache)
    {
        if (checkpoint.StartsWith(HubReference.Prefix, StringComparison.Ordinal))
        {
            var name = checkpoint[HubReference.Prefix.Length..];
            return new() { Backbone = backbone, Name = name, State = "missing", Fault = $"It must be pulled first. Run 'ptgp models pull {name}'." };
        }

        if (!Directory.Exists(checkpoint))
        {
            return new() { Backbone = backbone, Name = backbone, Path = checkpoint, State = "missing", Fault = $"There must be a folder at '{checkpoint}', but there is none. Correct backbones:{backbone}:checkpoint." };
        }

        return (PulledFolder.Read(checkpoint) is { } pulled ? OfPulled(pulled, cache) : OfFolder(System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(checkpoint)), checkpoint)) with { Backbone = backbone };
    }

    /// <summary>Looks at a folder that was pulled into.</summary>
    public static ModelState OfPulled(PulledFolder pulled, ModelCache cache)
    {
        var about = OfFolder(pulled.Reference.Name, pulled.Path);
        return about with
        {
            Revision = !pulled.IsWhole || pulled.Path != cache.FolderOf(pulled.Reference.Name, pulled.Commit) || cache.IsCurrent(pulled.Reference, pulled.Commit) ? pulled.Reference.Revision : null,
            Commit = pulled.Commit,
            Bytes = pulled.Bytes,
            Size = pulled.Size,
            State = pulled.IsWhole ? about.State : "partial",
            Fault = pulled.IsWhole ? about.Fault : $"It must be whole. Run 'ptgp models pull {pulled.Reference}', which goes on from here.",
        };
    }

    private static ModelState OfFolder(string name, string path)
    {
        var bytes = new DirectoryInfo(path).EnumerateFiles().Where(file => file.Name[0] != '.').Sum(file => file.Length);
        var state = new ModelState { Name = name, Path = path, Bytes = bytes, Size = bytes, State = "whole" };
        try
        {
            if (File.Exists(System.IO.Path.Combine(path, "adapter_config.json")) && !File.Exists(System.IO.Path.Combine(path, "config.json")))
            {
                return state with { Family = "adapter" };
            }

            state = state with { Family = CheckpointFolder.Open(path).Family.Name };
            WeightFiles.Open(path).Dispose();
            return state;
        }
        catch (CheckpointException fault)
        {
            return state with { State = "unreadable", Fault = fault.Message };
        }
    }
}
