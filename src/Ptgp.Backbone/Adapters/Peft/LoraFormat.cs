using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Low-rank deltas as PEFT saves them: LoRA, and DoRA with its magnitudes.</summary>
internal static class LoraFormat
{
    private const string OwnBias = ".base_layer.bias", OwnWeight = ".base_layer.weight", Magnitudes = ".lora_magnitude_vector";

    /// <summary>Reads the deltas.</summary>
    public static AdapterParts Read(PeftConfig config, AdapterFile file, PeftModules modules, Func<string, string> nameOf)
    {
        var (lora, targets) = (new LoraConfig(config), new ModuleTargets(config));
        SortedDictionary<string, ProjectionDelta> deltas = new(StringComparer.Ordinal);
        Dictionary<string, Parameter> tables = new(StringComparer.Ordinal);
        foreach (var module in modules.All.Values)
        {
            var name = nameOf(module.Name);
            if (!IsThere(file, module, name, targets))
            {
                continue;
            }

            foreach (var (path, delta) in ReadModule(file, module, name, lora))
            {
                deltas.Add(path, delta);
            }

            if (module.IsTable && ReadTable(file, module, name, modules) is { } own)
            {
                tables.Add(module.Paths[0] + ".weight", own);
            }
        }

        return new() { Deltas = deltas, Replacements = tables };
    }

    /// <summary>Gets the tensors of a module's delta by the names they are saved by, after the module's own.</summary>
    public static IEnumerable<KeyValuePair<string, Tensor>> TensorsOf(JoinedDelta delta, PeftModule module, PeftModules modules, Adapter adapter)
    {
        var (down, up) = Suffixes(module);
        yield return new(down, delta.A);
        yield return new(up, delta.B);
        if (delta.Magnitudes is not null)
        {
            yield return new(Magnitudes, delta.Magnitudes);
        }

        if (delta.Bias is not null)
        {
            yield return new(OwnBias, delta.Bias);
        }

        // PEFT saves a table of this name beside its deltas.
        if (module.IsTable && module.Name.EndsWith("embed_tokens", StringComparison.Ordinal))
        {
            var path = module.Paths[0];
            yield return new(OwnWeight, adapter.Replacements.TryGetValue(path + ".weight", out var own) ? own : modules.Table(path));
        }
    }

    private static bool IsThere(AdapterFile file, PeftModule module, string name, ModuleTargets targets)
    {
        var (down, up) = Suffixes(module);
        var (hasDown, hasUp) = (file.Find(PeftFormat.Prefix + name + down) is not null, file.Find(PeftFormat.Prefix + name + up) is not null);
        return (hasDown, hasUp) switch
        {
            (true, true) when targets.Contains(name, module.IsProjection) == false => throw new CheckpointException($"Adapter '{file.Path}' has deltas for '{name}', which {PeftConfig.FileName} does not name. Are the two of one adapter?"),
            (true, true) => true,
            (false, false) => false,
            _ => throw new CheckpointException($"Adapter '{file.Path}' is not whole: '{name}' must have an A and a B, but has one of them only."),
        };
    }

    private static IEnumerable<KeyValuePair<string, ProjectionDelta>> ReadModule(AdapterFile file, PeftModule module, string name, LoraConfig lora)
    {
        var start = PeftFormat.Prefix + name;
        var (down, up) = Suffixes(module);
        var (a, b) = (file.Find(start + down)!, file.Find(start + up)!);
        if (a.Shape.Count != 2 || b.Shape.Count != 2 || a.Shape[1] != module.Inputs || b.Shape[0] != module.AllOutputs || a.Shape[0] != b.Shape[1])
        {
            throw new CheckpointException(
                $"Adapter '{file.Path}' was made for another backbone: for '{name}' A must be [rank, {module.Inputs}] and B [{module.AllOutputs}, rank], but they are {a} and {b}.");
        }

        var rank = a.Shape[0];
        if (rank != lora.RankOf(name))
        {
            throw new CheckpointException($"Adapter '{file.Path}': for '{name}' A must be [{lora.RankOf(name)}, {module.Inputs}] by {PeftConfig.FileName}, but is {a}.");
        }

        if (module.IsTable && lora.IsDecomposed)
        {
            throw new CheckpointException($"Adapter '{file.Path}' learns magnitudes ('use_dora') of the embeddings '{name}', which Ptgp does not know.");
        }

        // What is stored as one module shares A, and lies side by side in the rest.
        var (shared, whole, scale) = (new Parameter(file.Take(start + down, rank, module.Inputs)), file.Take(start + up, module.AllOutputs, rank), lora.ScaleOf(name, rank));
        var magnitudes = lora.IsDecomposed ? file.Take(start + Magnitudes, module.AllOutputs) : null;
        var bias = lora.TunesBiases && module.HasBias ? file.Take(start + (file.Find(start + OwnBias) is null ? ".bias" : OwnBias), module.AllOutputs) : null;
        long at = 0;
        foreach (var (path, outputs) in module.Paths.Zip(module.Outputs))
        {
            Tensor Part(Tensor all) => module.Paths.Count == 1 ? all : all.narrow(0, at, outputs).clone();
            yield return new(path, magnitudes is null
                ? new LowRankDelta(shared, Part(whole), scale, bias is null ? null : Part(bias), lora.Dropout)
                : new DecomposedDelta(shared, Part(whole), scale, Part(magnitudes), bias is null ? null : Part(bias), lora.Dropout));
            at += outputs;
        }
    }

    // The base's own table, which comes with deltas of it; kept only where it is another than the backbone's.
    private static Parameter? ReadTable(AdapterFile file, PeftModule module, string name, PeftModules modules)
    {
        if (file.Find(PeftFormat.Prefix + name + OwnWeight) is null)
        {
            return null;
        }

        var table = modules.Table(module.Paths[0]);
        var own = file.Take(PeftFormat.Prefix + name + OwnWeight, table.shape);
        return table.device_type == TorchSharp.DeviceType.META || own.to_type(table.dtype).Equals(table) ? null : new(own, requires_grad: false);
    }

    private static (string Down, string Up) Suffixes(PeftModule module) =>
        module.IsTable ? (".lora_embedding_A", ".lora_embedding_B") : (".lora_A.weight", ".lora_B.weight");
}
