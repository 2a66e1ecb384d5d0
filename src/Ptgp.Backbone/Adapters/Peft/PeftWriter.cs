using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
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
        PeftConfig.Write(folder, adapter.Origin?.DeepClone().AsObject() ?? Fresh(joined, modules));
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

    // Of deltas that were made here. PEFT has one rank and scale for all, and lists those that differ.
    private static JsonObject Fresh(Dictionary<PeftModule, JoinedDelta> joined, PeftModules modules)
    {
        var shape = modules.Transformer.Config;
        var most = joined.Values.GroupBy(delta => (Rank: delta.A.size(0), delta.Scale)).MaxBy(group => group.Count())!.Key;
        var exceptions = joined.Where(delta => (delta.Value.A.size(0), delta.Value.Scale) != most).Select(delta => (Pattern: Regex.Escape(delta.Key.Name), delta.Value)).ToArray();
        return new()
        {
            ["peft_type"] = "LORA",
            ["task_type"] = shape.Decoder is null ? "FEATURE_EXTRACTION" : shape.Encoder is null ? "CAUSAL_LM" : "SEQ_2_SEQ_LM",
            ["base_model_name_or_path"] = modules.BaseName,
            ["inference_mode"] = true,
            ["r"] = most.Rank,
            ["lora_alpha"] = Alpha(most.Rank, most.Scale),
            ["rank_pattern"] = new JsonObject(exceptions.Select(delta => KeyValuePair.Create(delta.Pattern, (JsonNode?)delta.Value.A.size(0)))),
            ["alpha_pattern"] = new JsonObject(exceptions.Select(delta => KeyValuePair.Create(delta.Pattern, (JsonNode?)Alpha(delta.Value.A.size(0), delta.Value.Scale)))),
            ["target_modules"] = new JsonArray([.. Targets(joined.Keys, modules).Select(target => (JsonNode)target)]),
            ["lora_dropout"] = 0.0,
            ["bias"] = "none",
            ["fan_in_fan_out"] = joined.Keys.Any(module => module.IsTransposed),
            ["init_lora_weights"] = true,
            ["modules_to_save"] = null,
        };

        // PEFT takes whole numbers for alpha; a product such as 0.1 × 30 is one but for its last bit.
        static double Alpha(long rank, double scale) => Math.Round(rank * scale, 9);
    }

    // A last name that all modules of that name share says it shortest; else each is named in full.
    private static IEnumerable<string> Targets(IEnumerable<PeftModule> adapted, PeftModules modules)
    {
        var names = adapted.Select(module => module.Name).ToHashSet();
        return names.GroupBy(LastName).OrderBy(group => group.Key, StringComparer.Ordinal)
            .SelectMany<IGrouping<string, string>, string>(group =>
                modules.All.Keys.Where(module => LastName(module) == group.Key).All(names.Contains) ? [group.Key] : group.Order(StringComparer.Ordinal));

        static string LastName(string module) => module[(module.LastIndexOf('.') + 1)..];
    }
}
