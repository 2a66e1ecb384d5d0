using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ptgp.Backbone.Weights;

namespace Ptgp.Backbone;

/// <summary>PEFT's <c>adapter_config.json</c>, as far as it bears on how deltas act.</summary>
internal sealed record PeftConfig
{
    public const string FileName = "adapter_config.json";

    private static readonly JsonSerializerOptions indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public required double Alpha { get; init; }

    /// <summary>Gets the ends of module names, or regular expressions of them, with an alpha of their own.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> AlphaPatterns { get; init; } = [];

    /// <summary>Gets whether deltas are scaled by alpha over the square root of the rank (rsLoRA).</summary>
    public bool IsRankStabilized { get; init; }

    /// <summary>Gets what the delta of a module of this rank is multiplied by.</summary>
    public double ScaleOf(string module, long rank)
    {
        var own = AlphaPatterns.Where(pattern => Fits(pattern.Key, module)).Select(pattern => (double?)pattern.Value).FirstOrDefault();
        return (own ?? Alpha) / (IsRankStabilized ? Math.Sqrt(rank) : rank);
    }

    /// <exception cref="CheckpointException">The file is missing or broken, or asks for what Ptgp does not know.</exception>
    public static PeftConfig Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            throw new CheckpointException($"Adapter '{folder}' must hold {FileName}, but does not. Name a folder that PEFT or ptgp train saved.");
        }

        var reader = ConfigReader.Open(path);
        Demand(reader.Text("peft_type") == "LORA", "peft_type", "LORA", reader.Text("peft_type"));
        Demand(!reader.Flag("use_dora", false), "use_dora", "false", "true");
        Demand(reader.Text("bias", "none") == "none", "bias", "none", reader.Text("bias", "none"));
        return new()
        {
            Alpha = reader.Number("lora_alpha"),
            AlphaPatterns = reader.Has("alpha_pattern")
                ? [.. reader.Root.GetProperty("alpha_pattern").EnumerateObject().Select(pattern => KeyValuePair.Create(pattern.Name, pattern.Value.GetDouble()))]
                : [],
            IsRankStabilized = reader.Flag("use_rslora", false),
        };

        void Demand(bool holds, string field, string wanted, string found)
        {
            if (!holds)
            {
                throw new CheckpointException($"{path}: '{field}' must be {wanted}, but is {found}. Ptgp loads plain LoRA adapters.");
            }
        }
    }

    /// <summary>Writes what PEFT needs to load deltas of these modules.</summary>
    /// <param name="folder">The adapter's folder.</param>
    /// <param name="deltas">The deltas by PEFT's name of their module.</param>
    /// <param name="allModules">PEFT's names of all projections of the backbone.</param>
    /// <param name="baseModel">What the backbone is called.</param>
    public static void Write(string folder, IReadOnlyDictionary<string, LowRankDelta> deltas, IReadOnlyCollection<string> allModules, string baseModel)
    {
        var most = deltas.Values.GroupBy(delta => (Rank: delta.A.size(0), delta.Scale)).MaxBy(group => group.Count())!.Key;
        var exceptions = deltas.Where(delta => (delta.Value.A.size(0), delta.Value.Scale) != most).ToArray();
        JsonObject config = new()
        {
            ["peft_type"] = "LORA",
            ["task_type"] = "SEQ_2_SEQ_LM",
            ["base_model_name_or_path"] = baseModel,
            ["inference_mode"] = true,
            ["r"] = most.Rank,
            ["lora_alpha"] = Alpha(most.Rank, most.Scale),
            ["rank_pattern"] = new JsonObject(exceptions.Select(delta => KeyValuePair.Create(Regex.Escape(delta.Key), (JsonNode?)delta.Value.A.size(0)))),
            ["alpha_pattern"] = new JsonObject(exceptions.Select(delta => KeyValuePair.Create(Regex.Escape(delta.Key), (JsonNode?)Alpha(delta.Value.A.size(0), delta.Value.Scale)))),
            ["target_modules"] = new JsonArray([.. Targets(deltas.Keys, allModules).Select(target => (JsonNode)target)]),
            ["lora_dropout"] = 0.0,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["init_lora_weights"] = true,
            ["modules_to_save"] = null,
        };
        AtomicFile.Write(Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, config, indented));

        // PEFT takes whole numbers for alpha; a product such as 0.1 × 30 is one but for its last bit.
        static double Alpha(long rank, double scale) => Math.Round(rank * scale, 9);
    }

    private static bool Fits(string pattern, string module)
    {
        try
        {
            // Without backtracking, so that a stranger's pattern takes no longer than its length.
            return Regex.IsMatch(module, $@"^(.*\.)?({pattern})$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            throw new CheckpointException($"{FileName}: 'alpha_pattern' must name modules by regular expressions without backreferences, but has '{pattern}'.", fault);
        }
    }

    // A last name that all modules of that name share says it shortest; else each is named in full.
    private static IEnumerable<string> Targets(IEnumerable<string> modules, IReadOnlyCollection<string> allModules)
    {
        var adapted = modules.ToHashSet();
        return adapted.GroupBy(LastName).OrderBy(group => group.Key, StringComparer.Ordinal)
            .SelectMany<IGrouping<string, string>, string>(group =>
                allModules.Where(module => LastName(module) == group.Key).All(adapted.Contains) ? [group.Key] : group.Order(StringComparer.Ordinal));

        static string LastName(string module) => module[(module.LastIndexOf('.') + 1)..];
    }
}
