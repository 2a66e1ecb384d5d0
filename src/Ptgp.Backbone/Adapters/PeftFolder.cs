using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>An <see cref="Adapter"/> as the PEFT library keeps it: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>, with the family's own names.</summary>
public sealed class PeftFolder
{
    private const string Weights = "adapter_model.safetensors";
    private const string Prefix = "base_model.model.";
    private const string WayDown = ".lora_A.weight", WayUp = ".lora_B.weight";

    private readonly Device device;
    private readonly string baseModel;
    private readonly IReadOnlyDictionary<string, (long Inputs, long Outputs)> projections;

    // Ours by theirs: decoder.block.0.layer.0.SelfAttention.q -> decoder.layers.0.self_attention.q
    private readonly Dictionary<string, string> paths;

    /// <summary>Initializes what is needed to read and write adapters of one backbone.</summary>
    /// <param name="checkpoint">The backbone's checkpoint.</param>
    /// <param name="transformer">The backbone.</param>
    public PeftFolder(CheckpointFolder checkpoint, Transformer transformer)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(transformer);
        (device, projections) = (transformer.Device, transformer.Projections);
        baseModel = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(checkpoint.Path)));
        var names = checkpoint.Family.NamesOf(checkpoint.Config);
        // Where the checkpoint stores several projections as one, a delta of one of them has no name there, and keeps ours.
        paths = projections.Keys.ToDictionary(
            path => checkpoint.Family.FormOf(path + ".weight").Parts > 1 ? path : names[path + ".weight"][..^".weight".Length], StringComparer.Ordinal);
    }

    /// <summary>Tells whether a folder holds an adapter.</summary>
    public static bool IsAdapter(string folder) => File.Exists(Path.Combine(folder, PeftConfig.FileName));

    /// <summary>Saves an adapter into a folder that exists.</summary>
    public void Save(Adapter adapter, string folder)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        var deltas = paths.Where(path => adapter.Deltas.ContainsKey(path.Value)).ToDictionary(path => path.Key, path => adapter.Deltas[path.Value]);
        PeftConfig.Write(folder, deltas, paths.Keys, baseModel);
        SafeTensorsWriter.Write(
            Path.Combine(folder, Weights),
            deltas.SelectMany(delta => new KeyValuePair<string, Tensor>[]
            {
                new(Prefix + delta.Key + WayDown, delta.Value.A), new(Prefix + delta.Key + WayUp, delta.Value.B),
            }));
    }

    /// <summary>Loads an adapter that Ptgp or PEFT saved, for training on or for answering.</summary>
    /// <exception cref="CheckpointException">It is no LoRA adapter, or was made for another backbone; the message says why.</exception>
    public Adapter Load(string folder)
    {
        var config = PeftConfig.Read(folder);
        var path = Path.Combine(folder, Weights);
        using var scope = NewDisposeScope();
        using var file = SafeTensorsFile.Open(path);
        SortedDictionary<string, LowRankDelta> deltas = new(StringComparer.Ordinal);
        foreach (var name in file.Entries.Keys)
        {
            var module = ModuleOf(path, name);
            if (!file.Entries.TryGetValue(Prefix + module + WayDown, out var a) || !file.Entries.TryGetValue(Prefix + module + WayUp, out var b))
            {
                throw new CheckpointException($"Adapter '{path}' is not whole: '{module}' must have an A and a B, but has one of them only.");
            }

            var (inputs, outputs) = projections[paths[module]];
            if (a.Shape.Count != 2 || b.Shape.Count != 2 || a.Shape[1] != inputs || b.Shape[0] != outputs || a.Shape[0] != b.Shape[1])
            {
                throw new CheckpointException(
                    $"Adapter '{path}' was made for another backbone: for '{module}' A must be [rank, {inputs}] and B [{outputs}, rank], but they are {a} and {b}.");
            }

            if (!deltas.ContainsKey(paths[module]))
            {
                deltas.Add(paths[module], new(Read(file, a), Read(file, b), config.ScaleOf(module, a.Shape[0])));
            }
        }

        return deltas.Count > 0 ? new(deltas) : throw new CheckpointException($"Adapter '{path}' must hold deltas, but holds no tensor.");
    }

    private string ModuleOf(string path, string name)
    {
        var suffix = name.EndsWith(WayDown, StringComparison.Ordinal) ? WayDown : WayUp;
        var module = name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(suffix, StringComparison.Ordinal) ? name[Prefix.Length..^suffix.Length] : null;
        return module is not null && paths.ContainsKey(module)
            ? module
            : throw new CheckpointException($"Adapter '{path}' has a tensor '{name}', for which this backbone has no place. Name the backbone that it was made for.");
    }

    // A copy of its own: the file's memory must not be written to, and would be held for as long as the adapter lives.
    private Tensor Read(SafeTensorsFile file, TensorEntry entry) => file.Read(entry.Name).to(float32).to(device, copy: true);
}
