using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Ptgp.Backbone;

/// <summary>The configuration of an adapter that was made here, as PEFT writes one of its kind.</summary>
internal static class FreshConfig
{
    /// <summary>The field that says that a decoder which writes sees all of its prefix from the first token on, as in training. PEFT passes over it; see <see cref="VirtualPrefix.WritesLate"/>.</summary>
    public const string SeesWholePrefix = "sees_whole_prefix";

    /// <summary>Makes it.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="joined">Its low-rank deltas by module.</param>
    /// <param name="modules">The backbone's modules.</param>
    public static JsonObject Of(Adapter adapter, Dictionary<PeftModule, JoinedDelta> joined, PeftModules modules) => adapter switch
    {
        { Prompt: { } prompt } => OfTokens("PROMPT_TUNING", prompt.Length, modules),
        { Prefix: { } prefix } => OfPrefix(prefix, modules),
        _ when adapter.Deltas.Values.Any(delta => delta is ScalingDelta) => OfFactors(adapter, modules),
        _ => OfDeltas(adapter, joined, modules),
    };

    private static JsonObject Begin(string type, PeftModules modules) => new()
    {
        ["peft_type"] = type,
        ["task_type"] = modules.Transformer.Config switch { { Decoder: null } => "FEATURE_EXTRACTION", { Encoder: null } => "CAUSAL_LM", _ => "SEQ_2_SEQ_LM" },
        ["base_model_name_or_path"] = modules.BaseName,
        ["inference_mode"] = true,
    };

    // Of deltas PEFT has one rank and scale for all, and lists those that differ.
    private static JsonObject OfDeltas(Adapter adapter, Dictionary<PeftModule, JoinedDelta> joined, PeftModules modules)
    {
        var most = joined.Values.GroupBy(delta => (Rank: delta.A.size(0), delta.Scale)).MaxBy(group => group.Count())!.Key;
        var exceptions = joined.Where(delta => (delta.Value.A.size(0), delta.Value.Scale) != most).Select(delta => (Pattern: Regex.Escape(delta.Key.Name), delta.Value)).ToArray();
        var config = Begin("LORA", modules);
        config["r"] = most.Rank;
        config["lora_alpha"] = Alpha(most.Rank, most.Scale);
        config["rank_pattern"] = new JsonObject(exceptions.Select(delta => KeyValuePair.Create(delta.Pattern, (JsonNode?)delta.Value.A.size(0))));
        config["alpha_pattern"] = new JsonObject(exceptions.Select(delta => KeyValuePair.Create(delta.Pattern, (JsonNode?)Alpha(delta.Value.A.size(0), delta.Value.Scale))));
        config["target_modules"] = Targets(joined.Keys, modules);
        config["lora_dropout"] = joined.Values.First().Dropout;
        config["bias"] = "none";
        config["fan_in_fan_out"] = joined.Keys.Any(module => module.IsTransposed);
        config["init_lora_weights"] = true;
        config["modules_to_save"] = null;
        config["use_rslora"] = adapter.IsRankStabilized;
        config["use_dora"] = joined.Values.Any(delta => delta.Magnitudes is not null);
        return config;

        // PEFT takes whole numbers for alpha; a product such as 0.1 × 30 is one but for its last bit.
        double Alpha(long rank, double scale) => Math.Round((adapter.IsRankStabilized ? Math.Sqrt(rank) : rank) * scale, 9);
    }

    private static JsonObject OfFactors(Adapter adapter, PeftModules modules)
    {
        var scaled = modules.All.Values.Select(module => (Module: module, Delta: adapter.Deltas.GetValueOrDefault(module.Paths[0]) as ScalingDelta)).Where(pair => pair.Delta is not null).ToArray();
        var config = Begin("IA3", modules);
        config["target_modules"] = Targets(scaled.Select(pair => pair.Module), modules);
        config["feedforward_modules"] = Targets(scaled.Where(pair => pair.Delta!.ChangesInput).Select(pair => pair.Module), modules);
        config["fan_in_fan_out"] = scaled.Any(pair => pair.Module.IsTransposed);
        config["init_ia3_weights"] = true;
        config["modules_to_save"] = null;
        return config;
    }

    private static JsonObject OfPrefix(VirtualPrefix prefix, PeftModules modules)
    {
        var config = OfTokens("PREFIX_TUNING", prefix.Length, modules);
        config["encoder_hidden_size"] = modules.Transformer.Config.Width;
        config["prefix_projection"] = false;
        if (modules.Transformer.Config is { Encoder: not null, Decoder: not null } && !prefix.WritesLate)
        {
            config[SeesWholePrefix] = true;
        }

        return config;
    }

    // Beside an encoder PEFT would keep a second set of rows, which nothing reads, unless told that there is one module alone.
    private static JsonObject OfTokens(string type, int length, PeftModules modules)
    {
        var (shape, config) = (modules.Transformer.Config, Begin(type, modules));
        var stack = shape.Decoder ?? shape.Encoder!;
        config["num_virtual_tokens"] = length;
        config["token_dim"] = type == "PREFIX_TUNING" ? (stack.KeyValueHeads ?? stack.Heads) * stack.HeadWidth : shape.Width;
        config["num_transformer_submodules"] = 1;
        config["num_attention_heads"] = stack.KeyValueHeads ?? stack.Heads;
        config["num_layers"] = stack.Layers;
        return config;
    }

    // A last name that all modules of that name share says it shortest; else each is named in full.
    private static JsonArray Targets(IEnumerable<PeftModule> adapted, PeftModules modules)
    {
        var names = adapted.Select(module => module.Name).ToHashSet();
        var shortest = names.GroupBy(LastName).OrderBy(group => group.Key, StringComparer.Ordinal)
            .SelectMany<IGrouping<string, string>, string>(group =>
                modules.All.Keys.Where(module => LastName(module) == group.Key).All(names.Contains) ? [group.Key] : group.Order(StringComparer.Ordinal));
        return new JsonArray([.. shortest.Select(target => (JsonNode)target)]);

        static string LastName(string module) => module[(module.LastIndexOf('.') + 1)..];
    }
}
