using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Backbone.Weights;

namespace Ptgp.Backbone;

/// <summary>An <c>adapter_config.json</c>.</summary>
internal sealed class PeftConfig
{
    public const string FileName = "adapter_config.json";

    // What is read or refused, and what says only how the adapter was made.
    private static readonly HashSet<string> known = new(StringComparer.Ordinal)
    {
        "alora_invocation_tokens", "alpha_pattern", "arrow_config", "auto_mapping", "base_model_name_or_path", "bias", "corda_config", "encoder_hidden_size", "ensure_weight_tying", "eva_config",
        "exclude_modules", "fan_in_fan_out", "feedforward_modules", "inference_mode", "init_ia3_weights", "init_lora_weights", "init_weights", "kasa_config", "layer_replication",
        "layers_pattern", "layers_to_transform", "loftq_config", "lora_alpha", "lora_bias", "lora_dropout", "lora_ga_config", "megatron_config", "megatron_core", "modules_to_save",
        "monteclora_config", "num_attention_heads", "num_layers", "num_transformer_submodules", "num_virtual_tokens", "peft_type", "peft_version", "prefix_projection", "prompt_tuning_init",
        "prompt_tuning_init_text", "qalora_group_size", "r", "rank_pattern", "revision", "runtime_config", FreshConfig.SeesWholePrefix, "target_modules", "target_parameters", "task_type", "token_dim", "tokenizer_kwargs",
        "tokenizer_name_or_path", "trainable_token_indices", "use_bdlora", "use_dora", "use_qalora", "use_rslora", "velora_config",
    };

    private static readonly JsonSerializerOptions indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private PeftConfig(string path, ConfigReader reader) => (Path, Reader) = (path, reader);

    /// <summary>Gets the file.</summary>
    public string Path { get; }

    /// <summary>Gets what reads its fields.</summary>
    public ConfigReader Reader { get; }

    /// <summary>Gets all that it says, to be said again when the adapter is saved.</summary>
    public JsonObject Origin => JsonObject.Create(Reader.Root)!;

    /// <summary>Gets the ends of the names of modules that are saved whole.</summary>
    public IReadOnlyList<string> SavedModules => Texts("modules_to_save");

    /// <summary>Gets the fields that say something and are known to nobody here, each with its value, such as <c>'use_new' true</c>.</summary>
    public IReadOnlyList<string> Unknown => !Says("peft_type") ? []
        : [.. Reader.Root.EnumerateObject().Where(one => !known.Contains(one.Name) && Says(one.Name)).Select(one => $"'{one.Name}' {one.Value.GetRawText()}")];

    /// <summary>Opens the file of a folder.</summary>
    /// <exception cref="CheckpointException">It is missing, or no JSON object.</exception>
    public static PeftConfig Open(string folder)
    {
        var path = System.IO.Path.Combine(folder, FileName);
        return File.Exists(path)
            ? new(path, ConfigReader.Open(path))
            : throw new CheckpointException($"Adapter '{folder}' must hold {FileName}, but does not. Name a folder that PEFT or ptgp train saved.");
    }

    /// <summary>Writes a configuration.</summary>
    public static void Write(string folder, JsonObject config) =>
        AtomicFile.Write(System.IO.Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, config, indented));

    /// <summary>Tells whether a field is there and says something: neither null nor false nor empty.</summary>
    public bool Says(string field) => Reader.Root.TryGetProperty(field, out var value) && value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => false,
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        _ => true,
    };

    /// <summary>Tells whether a field is a text.</summary>
    public bool IsText(string field) => Reader.Root.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String;

    /// <summary>Reads a list of texts, or one text; empty where there is none.</summary>
    public IReadOnlyList<string> Texts(string field) => List(field, value => value.ValueKind == JsonValueKind.String ? value.GetString() : null, "a text or a list of texts");

    /// <summary>Reads a list of whole numbers, or one number; empty where there is none.</summary>
    public IReadOnlyList<int> Wholes(string field) =>
        [.. List(field, value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? (int?)number : null, "a whole number or a list of them").Select(number => number!.Value)];

    /// <summary>Reads numbers by expressions over modules' names; empty where there are none.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Patterns(string field)
    {
        if (!Says(field))
        {
            return [];
        }

        var value = Reader.Root.GetProperty(field);
        return value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(pattern => pattern.Value.ValueKind == JsonValueKind.Number)
            ? [.. value.EnumerateObject().Select(pattern => KeyValuePair.Create(pattern.Name, pattern.Value.GetDouble()))]
            : throw Wrong(field, "numbers by modules' names", value);
    }

    /// <summary>Gets an object within.</summary>
    /// <exception cref="CheckpointException">It is not there, or no object.</exception>
    public PeftConfig Within(string field) => Reader.Within(field) is { } within ? new(Path, within) : throw new CheckpointException($"{Path} must have '{field}', but has not.");

    /// <summary>Makes sure that fields which would change what the adapter does, and are not understood, say nothing.</summary>
    /// <exception cref="CheckpointException">One does.</exception>
    public void Refuse(params IEnumerable<string> fields)
    {
        foreach (var field in fields.Where(Says))
        {
            throw new CheckpointException($"{Path}: '{field}' must be absent, since Ptgp does not know what it asks for, but is {Reader.Root.GetProperty(field).GetRawText()}.");
        }
    }

    private List<T> List<T>(string field, Func<JsonElement, T?> read, string what)
    {
        if (!Says(field))
        {
            return [];
        }

        var value = Reader.Root.GetProperty(field);
        var items = (value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(read) : [read(value)]).ToList();
        return items.TrueForAll(item => item is not null) ? items.ConvertAll(item => item!) : throw Wrong(field, what, value);
    }

    private CheckpointException Wrong(string field, string what, JsonElement value) => new($"{Path}: '{field}' must be {what}, but is {value.GetRawText()}.");
}
