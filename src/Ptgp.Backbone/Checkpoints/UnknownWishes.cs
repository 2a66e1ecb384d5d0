using System.Text.Json;

namespace Ptgp.Backbone;

/// <summary>Finds what a checkpoint asks of writing, or says beside it, that nobody here knows: it would be passed over in silence else.</summary>
internal static class UnknownWishes
{
    // What the reference's defaults are where they ask for nothing.
    private static readonly Dictionary<string, double> nothing = new(StringComparer.Ordinal) { ["penalty_alpha"] = 0, ["guidance_scale"] = 1 };

    private static readonly string[] changing =
        [.. nothing.Keys, "constraints", "force_words_ids", "forced_decoder_ids", "watermarking_config", "dola_layers", "top_h", "token_healing"];

    // How the reference computes, what it gives back, and what Whisper's rules, which are a plugin's, are made of.
    private static readonly HashSet<string> indifferent = new(StringComparer.Ordinal)
    {
        "_from_model_config", "transformers_version", "bos_token_id", "pad_token_id", "use_cache", "cache_implementation", "cache_config", "return_legacy_cache", "output_attentions",
        "output_hidden_states", "output_scores", "output_logits", "return_dict_in_generate", "remove_invalid_values", "low_memory", "disable_compile", "compile_config",
        "prefill_chunk_size", "is_assistant", "num_assistant_tokens", "num_assistant_tokens_schedule", "assistant_confidence_threshold", "assistant_early_exit", "assistant_lookbehind",
        "target_lookbehind", "generation_kwargs", "trust_remote_code",
        "alignment_heads", "lang_to_id", "task_to_id", "is_multilingual", "no_timestamps_token_id", "prev_sot_token_id", "max_initial_timestamp_index", "return_timestamps", "language", "task",
    };

    private static readonly HashSet<string> read = [.. typeof(GenerationOptions).GetProperties().Select(option => JsonNamingPolicy.SnakeCaseLower.ConvertName(option.Name)).Except(["patience", "seed", "coverage_penalty", "json_schema", "regex"])];

    /// <summary>Names each with its value, such as <c>'guidance_scale' 4</c>.</summary>
    /// <param name="reader">The file that holds the defaults of writing.</param>
    /// <param name="isOwn">Whether it holds nothing else, so that every name in it should be known.</param>
    public static IReadOnlyList<string> In(ConfigReader reader, bool isOwn)
    {
        // Whisper's language and task, which its rules force by themselves.
        var forcesByRule = reader.Has("no_timestamps_token_id");
        return [.. reader.Root.EnumerateObject()
            .Where(field => changing.Contains(field.Name) ? !(forcesByRule && field.Name == "forced_decoder_ids") : isOwn && !read.Contains(field.Name) && !indifferent.Contains(field.Name))
            .Where(field => Says(field.Name, field.Value)).Select(field => $"'{field.Name}' {field.Value.GetRawText()}")];
    }

    private static bool Says(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => false,
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        JsonValueKind.Number => !nothing.TryGetValue(name, out var neutral) || value.GetDouble() != neutral,
        _ => true,
    };
}
