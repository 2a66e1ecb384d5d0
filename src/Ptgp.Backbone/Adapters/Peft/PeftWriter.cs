using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Writes adapters as the PEFT library does.</summary>
internal static class PeftWriter
{
    /// <summary>Writes into a folder that exists.</summary>
    public static void Write(Adapter adapter, string folder, PeftModules modules)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var joined = modules.All.Values.Select(module => (Module: module, Delta: JoinedDelta.Of(adapter, module))).Where(pair => pair.Delta is not null).ToDictionary(pair => pair.Module, pair => pair.Delta!);
        // What was loaded says what it said then.
        PeftConfig.Write(folder, adapter.Origin?.DeepClone().AsObject() ?? FreshConfig.Of(adapter, joined, modules));
        SafeTensorsWriter.Write(Path.Combine(folder, AdapterFile.Name), Tensors(adapter, joined, modules));
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Tensors(Adapter adapter, Dictionary<PeftModule, JoinedDelta> joined, PeftModules modules)
    {
        foreach (var module in modules.All.Values)
        {
            var name = PeftFormat.Prefix
                + (adapter.LacksBase && module.Name.StartsWith(modules.BasePrefix, StringComparison.Ordinal) ? module.Name[modules.BasePrefix.Length..] : module.Name);
            var isLowRank = joined.TryGetValue(module, out var delta);
            foreach (var (suffix, tensor) in isLowRank ? LoraFormat.TensorsOf(delta!, module, modules, adapter) : [])
            {
                yield return new(name + suffix, tensor);
            }

            if (ScalingFormat.TensorOf(adapter, module) is { } factors)
            {
                yield return new(name + factors.Key, factors.Value);
            }

            if (!isLowRank && adapter.Replacements.TryGetValue(module.Paths[0] + ".weight", out var own))
            {
                yield return new(name + ".weight", own);
            }
        }

        foreach (var (name, head) in adapter.Heads)
        {
            yield return new(PeftFormat.Prefix + name, head);
        }

        if ((adapter.Prompt?.Embeddings ?? adapter.Prefix?.Values) is { } rows)
        {
            yield return new(PromptFormat.Name, rows);
        }
    }
}
