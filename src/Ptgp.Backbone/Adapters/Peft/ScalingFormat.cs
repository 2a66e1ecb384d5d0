using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Factors as PEFT saves them ((IA)³).</summary>
internal static class ScalingFormat
{
    private const string Factors = ".ia3_l";

    /// <summary>Reads the factors.</summary>
    public static AdapterParts Read(PeftConfig config, AdapterFile file, PeftModules modules, Func<string, string> nameOf)
    {
        var (targets, ofInputs) = (new ModuleTargets(config), new ModuleTargets(config, "feedforward_modules"));
        SortedDictionary<string, ProjectionDelta> deltas = new(StringComparer.Ordinal);
        foreach (var module in modules.All.Values.Where(module => module.IsProjection))
        {
            var name = nameOf(module.Name);
            var key = PeftFormat.Prefix + name + Factors;
            if (file.Find(key) is not { } entry)
            {
                continue;
            }

            if (targets.Contains(name, isProjection: true) == false)
            {
                throw new CheckpointException($"Adapter '{file.Path}' has factors for '{name}', which {PeftConfig.FileName} does not name. Are the two of one adapter?");
            }

            var scalesInputs = ofInputs.Contains(name, isProjection: true) ?? entry.Shape is [1, _];
            var factors = (scalesInputs ? file.Take(key, 1, module.Inputs) : file.Take(key, module.AllOutputs, 1)).view(-1);
            var shared = scalesInputs ? new TorchSharp.Modules.Parameter(factors) : null;
            long at = 0;
            foreach (var (path, outputs) in module.Paths.Zip(module.Outputs))
            {
                deltas.Add(path, new ScalingDelta(shared ?? factors.narrow(0, at, outputs).clone(), scalesInputs));
                at += outputs;
            }
        }

        return new() { Deltas = deltas };
    }

    /// <summary>Gets the tensor of a module's factors by the name it is saved by, after the module's own; null when it has none.</summary>
    public static KeyValuePair<string, Tensor>? TensorOf(Adapter adapter, PeftModule module)
    {
        ScalingDelta[] parts = [.. module.Paths.Select(path => adapter.Deltas.GetValueOrDefault(path)).OfType<ScalingDelta>()];
        return parts.Length == 0 ? null
            : new(Factors, parts[0].ChangesInput ? parts[0].Factors.unsqueeze(0) : cat([.. parts.Select(part => part.Factors)], 0).unsqueeze(1));
    }
}
