using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Gives a Transformer the weights of a checkpoint, and knows in the end which were not asked for.</summary>
internal sealed class CheckpointParameters : ParameterSource
{
    private readonly string folder;
    private readonly WeightFiles files;
    private readonly Family family;
    private readonly TransformerConfig config;
    private readonly NameTable names;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> aliases;
    private readonly ScalarType dtype;
    private readonly HashSet<string> unread;
    private readonly bool lacksBasePrefix;

    public CheckpointParameters(string folder, WeightFiles files, Family family, TransformerConfig config, Device device, ScalarType dtype, bool isTrainable)
    {
        (this.folder, this.files, this.family, this.config, this.dtype) = (folder, files, family, config, dtype);
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

    /// <summary>Gets the names of what was not asked for, is not made anew and is no head's, in order.</summary>
    public IReadOnlyList<string> Unread =>
        [.. unread.Except(Head.Values).Where(name => !family.IsDerived(lacksBasePrefix ? family.BasePrefix + name : name)).Order(StringComparer.Ordinal)];

    private Tensor Read(string found, StoredForm form, long[] shape)
    {
        var entry = files[found];
        if (!entry.Shape.SequenceEqual(form.ShapeOf(shape)))
        {
            throw new CheckpointException(
                $"Checkpoint '{folder}': tensor '{found}' must be [{string.Join(", ", form.ShapeOf(shape))}] by config.json, but is [{string.Join(", ", entry.Shape)}]. Is config.json that of these weights?");
        }

        if (entry.Type is not (ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16))
        {
            throw new CheckpointException($"Checkpoint '{folder}': tensor '{found}' must hold fractions, but is {entry}. Take the checkpoint in a form that is not quantized.");
        }

        if (Device.type == TorchSharp.DeviceType.META)
        {
            return empty(shape, device: Device);
        }

        using var scope = NewDisposeScope();
        files.Prefetch(found);
        var stored = form.Take(files.Read(found));
        if (Device.type != TorchSharp.DeviceType.CPU && SafeTensorsTypes.Size(entry.Type) <= SafeTensorsTypes.Size(dtype))
        {
            stored = stored.to(Device); // the way there is the narrowest: the smaller form takes it
        }

        // What is trained must not be the memory of the file, which a change would end the process for.
        var read = IsTrainable ? stored.to(dtype, Device, copy: true).contiguous() : stored.to(dtype, Device);
        if (IsTrainable || dtype != entry.Type || Device.type != TorchSharp.DeviceType.CPU)
        {
            files.Forget(found);
        }

        return read.MoveToOuterDisposeScope();
    }

    // The names that a tensor of ours may have in the files, the usual one first.
    private string[] Known(string name)
    {
        string[] usual = [names[name], .. aliases.GetValueOrDefault(name, [])];
        return [.. usual.Concat(usual.Select(family.OlderName).OfType<string>()).Select(FileName)];
    }

    /// <summary>Gets the tensors of the head that the checkpoint was trained with: the name of each in the files by its whole name.</summary>
    public IReadOnlyDictionary<string, string> Head => family.HeadNames.Values.SelectMany(names => names).SelectMany(name => new[] { name + ".weight", name + ".bias" })
        .Where(name => files.Contains(FileName(name))).ToDictionary(name => name, FileName);

    private string FileName(string name) => lacksBasePrefix && name.StartsWith(family.BasePrefix, StringComparison.Ordinal) ? name[family.BasePrefix.Length..] : name;

    private CheckpointException Missing(string name)
    {
        // Only what nobody else asks for can be meant.
        new Transformer(config, new Asking(this)).Dispose();
        var near = Spelling.Nearest(name, Unread);
        return new($"Checkpoint '{folder}' must have a tensor '{name}', but has none.{(near is null ? "" : $" It has '{near}'.")} Is the download complete, and config.json that of these weights?");
    }

    // Has a whole Transformer ask for its parameters, whether they are there or not.
    private sealed class Asking(CheckpointParameters asked) : ParameterSource
    {
        public override Device Device => META;

        public override bool Has(string name) => asked.Has(name);

        public override Tensor Get(string name, long[] shape, Initialization initialization)
        {
            asked.unread.ExceptWith(asked.Known(name));
            return empty(shape, device: META);
        }

        public override Tensor? Find(string name, long[] shape)
        {
            asked.unread.ExceptWith(asked.Known(name));
            return null;
        }
    }
}
