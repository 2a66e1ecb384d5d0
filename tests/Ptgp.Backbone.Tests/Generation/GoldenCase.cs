using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>One case of the reference's <c>generate</c>: what was asked and what was written, in the reference's form.</summary>
internal sealed record GoldenCase
{
    public required string Name { get; init; }

    public required JsonObject Asked { get; init; }

    public required long[][] InputIds { get; init; }

    public required long[][] AttentionMask { get; init; }

    public required int[][] Prompts { get; init; }

    public required int[][] Sequences { get; init; }

    public required float[] Scores { get; init; }

    public double Margin { get; init; }

    public static IReadOnlyList<GoldenCase> All(string fixture)
    {
        var cases = JsonNode.Parse(File.ReadAllText(Repository.Fixture("models", fixture, "golden", "generate.json")))!.AsArray();
        return [.. cases.Select(each => new GoldenCase
        {
            Name = (string)each!["name"]!,
            Asked = each["options"]!.AsObject(),
            InputIds = each["inputs"]!["input_ids"].Deserialize<long[][]>()!,
            AttentionMask = each["inputs"]!["attention_mask"].Deserialize<long[][]>()!,
            Prompts = each["inputs"]!["decoder_input_ids"].Deserialize<int[][]>() ?? [],
            Sequences = each["sequences"].Deserialize<int[][]>()!,
            Scores = each["sequences_scores"].Deserialize<float[]>() ?? [],
            Margin = (double)each["margin"]!,
        })];
    }

    /// <summary>The id that the reference fills up with, where the checkpoint's own options name one.</summary>
    public static int? PadId(string fixture) =>
        File.Exists(Repository.Fixture("models", fixture, "generation_config.json"))
            ? (int?)JsonNode.Parse(File.ReadAllText(Repository.Fixture("models", fixture, "generation_config.json")))!["pad_token_id"]
            : null;

    /// <summary>The options that stood: the checkpoint's own, and over them those of the case, whose null takes back what the checkpoint says.</summary>
    public GenerationOptions Options(string fixture)
    {
        // Older checkpoints keep these among the rest of their configuration.
        var path = Repository.Fixture("models", fixture, "generation_config.json");
        var all = JsonNode.Parse(File.ReadAllText(File.Exists(path) ? path : Repository.Fixture("models", fixture, "config.json")))!.AsObject();
        foreach (var (name, value) in Asked)
        {
            all[name] = value?.DeepClone();
        }

        return Read(all);
    }

    /// <summary>Reads options as the reference names them.</summary>
    public static GenerationOptions Read(JsonObject all)
    {
        var decay = all["exponential_decay_length_penalty"]?.AsArray();
        return new()
        {
            // The library's own default of 20 means 20 new tokens.
            MaxNewTokens = (int?)all["max_new_tokens"] ?? (all["max_length"] is null ? 20 : null),
            MaxLength = all["max_new_tokens"] is null ? (int?)all["max_length"] : null,
            MinNewTokens = (int?)all["min_new_tokens"],
            MinLength = (int?)all["min_length"],
            NumBeams = (int?)all["num_beams"],
            NumReturnSequences = (int?)all["num_return_sequences"],
            LengthPenalty = (double?)all["length_penalty"],
            EarlyStopping = all["early_stopping"] is not { } early ? null
                : early.GetValueKind() == JsonValueKind.String ? EarlyStopping.Never : (bool)early ? EarlyStopping.True : EarlyStopping.False,
            NoRepeatNgramSize = (int?)all["no_repeat_ngram_size"],
            EncoderNoRepeatNgramSize = (int?)all["encoder_no_repeat_ngram_size"],
            RepetitionPenalty = (double?)all["repetition_penalty"],
            EncoderRepetitionPenalty = (double?)all["encoder_repetition_penalty"],
            DoSample = (bool?)all["do_sample"],
            Temperature = (double?)all["temperature"],
            TopK = (int?)all["top_k"],
            TopP = (double?)all["top_p"],
            MinP = (double?)all["min_p"],
            TypicalP = (double?)all["typical_p"],
            EpsilonCutoff = (double?)all["epsilon_cutoff"],
            EtaCutoff = (double?)all["eta_cutoff"],
            SequenceBias = all["sequence_bias"] is JsonArray biases ? [.. biases.Select(pair => new SequenceBias(pair![0].Deserialize<int[]>()!, (double)pair[1]!))] : null,
            StopStrings = all["stop_strings"].Deserialize<string[]>(),
            BadWordsIds = all["bad_words_ids"].Deserialize<int[][]>(),
            SuppressTokens = all["suppress_tokens"].Deserialize<int[]>(),
            BeginSuppressTokens = all["begin_suppress_tokens"].Deserialize<int[]>(),
            DecoderStartTokenId = (int?)all["decoder_start_token_id"],
            ForcedBosTokenId = (int?)all["forced_bos_token_id"],
            ForcedEosTokenId = (int?)all["forced_eos_token_id"],
            EosTokenId = all["eos_token_id"] switch { null => null, JsonArray ids => ids.Deserialize<int[]>(), var id => [(int)id] },
            ExponentialDecayLengthPenalty = decay is null ? null : new((int)decay[0]!, (double)decay[1]!),
            RenormalizeLogits = (bool?)all["renormalize_logits"],
        };
    }

    /// <summary>The rules that stand for <c>prefix_allowed_tokens</c>, one a row: what may follow the last token, and what may follow any other.</summary>
    public IReadOnlyList<LogitsRule> Rules(int row, int start) => Asked["prefix_allowed_tokens"] is not JsonArray tables ? []
        : [new FollowRule(tables[row]!.AsObject().ToDictionary(each => each.Key, each => each.Value.Deserialize<int[]>()!), start)];

    private sealed class FollowRule(Dictionary<string, int[]> table, int start) : LogitsRule
    {
        public override IReadOnlyCollection<int> Allowed(IReadOnlyList<int> written, int prefixLength) =>
            table.GetValueOrDefault($"{(written.Count == 0 ? start : written[^1])}", table["*"]);
    }
}
