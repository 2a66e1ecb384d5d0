using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Gives a Transformer the weights of a checkpoint, and knows in the end which were not asked for.</summary>
internal sealed class CheckpointParameters : ParameterSource
{
    private readonly string folder;
    private readonly WeightFiles files;
    private readonly Family family;
    private readonly NameTable names;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> aliases;
    private readonly ScalarType dtype;
    private readonly HashSet<string> unread;
    private readonly bool lacksBasePrefix;

    public CheckpointParameters(string folder, WeightFiles files, Family family, TransformerConfig config, Device device, ScalarType dtype, bool isTrainable)
    {
        (this.folder, this.files, this.family, this.dtype) = (folder, files, family, dtype);
        (Device, IsTrainable) = (device, isTrainable);
        names = family.NamesOf(config);
        aliases = family.Aliases(config);
        unread = [.. files.Names];
        lacksBasePrefix = family.BasePrefix.Length > 0 && !files.Names.Any(name => name.StartsWith(family.BasePrefix, StringComparison.Ordinal));
    }

    public override Device Device { get; }

    public override bool IsTrainable { get; }

    public override bool Has(string name) => Known(name).Any(files.Contains);

    public override Tensor Get(string name, long[] shape, Initialization initialization)
    {
        var known = Known(name);
        unread.ExceptWith(known);
        return Read(known.FirstOrDefault(files.Contains) ?? throw Missing(known[0]), family.FormOf(name), shape);
    }

    public override Tensor? Find(string name, long[] shape)
    {
        var known = Known(name);
        unread.ExceptWith(known);
        return known.FirstOrDefault(files.Contains) is { } found ? Read(found, family.FormOf(name), shape) : null;
    }

    /// <summary>Makes sure that nothing of the checkpoint was overlooked.</summary>
    public void ThrowIfUnread()
    {
        unread.RemoveWhere(name => family.IsDerived(lacksBasePrefix ? family.BasePrefix + name : name));
        if (unread.Count > 0)
        {
            throw new CheckpointException(
                $"Checkpoint '{folder}': {unread.Count} tensors have no place in a Transformer of family {family.Name}: {string.Join(", ", unread.Order(StringComparer.Ordinal).Take(5))}{(unread.Count > 5 ? ", …" : "")}. Is config.json that of these weights?");
        }
    }

    private Tensor Read(string found, StoredForm form, long[] shape)
    {
        var entry = files[found];
        if (!entry.Shape.SequenceEqual(form.ShapeOf(shape)))
        {
            throw new CheckpointException(
                $"Checkpoint '{folder}': tensor '{found}' must be [{string.Join(", ", form.ShapeOf(shape))}] by config.json, but is [{string.Join(", ", entry.Shape)}]. Is config.json that of these weights?");
        }

        if (Device.type == TorchSharp.DeviceType.META)
        {
            return empty(shape, device: Device);
        }

        using var scope = NewDisposeScope();
        var stored = form.Take(files.Read(found));
        // What is trained must not be the memory of the file, which a change would end the process for.
        return (IsTrainable ? stored.to(dtype, Device, copy: true).contiguous() : stored.to(dtype, Device)).MoveToOuterDisposeScope();
    }

    // The names that a tensor of ours may have in the files, the usual one first.
    private string[] Known(string name)
    {
        string[] usual = [names[name], .. aliases.GetValueOrDefault(name, [])];
        return [.. usual.Concat(usual.Select(family.OlderName).OfType<string>()).Select(FileName)];
    }

    private string FileName(string name) => lacksBasePrefix && name.StartsWith(family.BasePrefix, StringComparison.Ordinal) ? name[family.BasePrefix.Length..] : name;

    private CheckpointException Missing(string name)
    {
        var ending = name[(name.LastIndexOf('.', name.LastIndexOf('.') - 1) + 1)..];
        var near = unread.Where(other => other.EndsWith(ending, StringComparison.Ordinal))
            .OrderByDescending(other => other.AsSpan().CommonPrefixLength(name)).ThenBy(other => other, StringComparer.Ordinal).FirstOrDefault();
        return new($"Checkpoint '{folder}' must have a tensor '{name}', but has none.{(near is null ? "" : $" It has '{near}'.")} Is the download complete, and config.json that of these weights?");
    }
}
