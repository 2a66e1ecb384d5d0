using System.Text.Json;

namespace Ptgp.Backbone;

/// <summary>Reads a checkpoint's own defaults of writing: <c>generation_config.json</c>, or, in older checkpoints, the same keys of <c>config.json</c>.</summary>
internal static class GenerationConfig
{
    private const string FileName = "generation_config.json";

    /// <summary>Opens the file that holds them.</summary>
    public static ConfigReader Open(string folder, ConfigReader config) =>
        Path.Combine(folder, FileName) is var path && File.Exists(path) ? ConfigReader.Open(path) : config;

    /// <summary>Reads which heads of a decoder follow the source; where nothing is said, all of the later half of its layers, as the reference takes them.</summary>
    public static IReadOnlyList<AttentionHead> AlignmentHeads(ConfigReader reader, StackConfig decoder)
    {
        if (!reader.Has("alignment_heads"))
        {
            var first = decoder.Layers / 2;
            return [.. Enumerable.Range(first, decoder.Layers - first).SelectMany(layer => Enumerable.Range(0, decoder.Heads).Select(head => new AttentionHead(layer, head)))];
        }

        AttentionHead[] heads = [.. Pairs()];
        return heads.Length > 0 && heads.All(head => head.Layer >= 0 && head.Layer < decoder.Layers && head.Head >= 0 && head.Head < decoder.Heads) ? heads : throw new CheckpointException(
            $"'alignment_heads' must hold pairs of one of {decoder.Layers} layers and one of {decoder.Heads} heads, counted from 0, but is {reader.Root.GetProperty("alignment_heads").GetRawText()}.");

        IEnumerable<AttentionHead> Pairs()
        {
            var all = reader.Root.GetProperty("alignment_heads");
            foreach (var pair in all.ValueKind == JsonValueKind.Array ? all.EnumerateArray() : default)
            {
                yield return pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2 ? new(Whole(pair[0]), Whole(pair[1])) : new(-1, -1);
            }
        }

        static int Whole(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : -1;
    }

    public static GenerationOptions Read(string folder, ConfigReader config) => Read(Open(folder, config));

    public static GenerationOptions Read(ConfigReader reader)
    {
        return new()
        {
            MaxNewTokens = Int("max_new_tokens"),
            // Above all new tokens counted, the reference's own default of 20 is no wish of a checkpoint.
            MaxLength = reader.Has("max_new_tokens") ? null : Int("max_length"),
            MinNewTokens = Int("min_new_tokens"),
            MinLength = Int("min_length"),
            NumBeams = Int("num_beams"),
            NumReturnSequences = Int("num_return_sequences"),
            LengthPenalty = Number("length_penalty"),
            EarlyStopping = Stopping(),
            NumBeamGroups = Int("num_beam_groups"),
            DiversityPenalty = Number("diversity_penalty"),
            PromptLookupNumTokens = Int("prompt_lookup_num_tokens"),
            MaxMatchingNgramSize = Int("max_matching_ngram_size"),
            NoRepeatNgramSize = Int("no_repeat_ngram_size"),
            EncoderNoRepeatNgramSize = Int("encoder_no_repeat_ngram_size"),
            RepetitionPenalty = Number("repetition_penalty"),
            EncoderRepetitionPenalty = Number("encoder_repetition_penalty"),
            DoSample = Flag("do_sample"),
            Temperature = Number("temperature"),
            TopK = Int("top_k"),
            TopP = Number("top_p"),
            MinP = Number("min_p"),
            TypicalP = Number("typical_p"),
            EpsilonCutoff = Number("epsilon_cutoff"),
            EtaCutoff = Number("eta_cutoff"),
            MaxTime = Number("max_time"),
            SequenceBias = Biases(),
            StopStrings = Texts("stop_strings"),
            BadWordsIds = Lists("bad_words_ids"),
            SuppressTokens = List("suppress_tokens"),
            BeginSuppressTokens = List("begin_suppress_tokens"),
            DecoderStartTokenId = Int("decoder_start_token_id"),
            ForcedBosTokenId = Int("forced_bos_token_id"),
            ForcedEosTokenId = reader.Has("forced_eos_token_id") ? reader.Id("forced_eos_token_id") : null,
            EosTokenId = List("eos_token_id"),
            ExponentialDecayLengthPenalty = reader.Has("exponential_decay_length_penalty") && reader.Numbers("exponential_decay_length_penalty") is var decay
                ? decay is [var start, var factor] && start == Math.Floor(start) ? new((int)start, factor) : throw new CheckpointException(
                    $"'exponential_decay_length_penalty' must be a whole number and a factor, but is {reader.Root.GetProperty("exponential_decay_length_penalty").GetRawText()}.")
                : null,
            RenormalizeLogits = Flag("renormalize_logits"),
        };

        int? Int(string name) => reader.Has(name) ? reader.Whole(name) : null;
        double? Number(string name) => reader.Has(name) ? reader.Number(name) : null;
        bool? Flag(string name) => reader.Has(name) ? reader.Flag(name) : null;
        EarlyStopping? Stopping() => !reader.Has("early_stopping") ? null : reader.Root.GetProperty("early_stopping").ValueKind == JsonValueKind.String
            ? reader.Choice("early_stopping", new Dictionary<string, EarlyStopping> { ["never"] = EarlyStopping.Never })
            : reader.Flag("early_stopping") ? EarlyStopping.True : EarlyStopping.False;

        IReadOnlyList<int>? List(string name) => !reader.Has(name) ? null : reader.Root.GetProperty(name) is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Select(id => id.GetInt32())]
            : [reader.Whole(name)];

        IReadOnlyList<string>? Texts(string name) => !reader.Has(name) ? null : reader.Root.GetProperty(name) is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Select(text => text.GetString()!)]
            : [reader.Root.GetProperty(name).GetString()!];

        // Pairs of a sequence and its bias.
        IReadOnlyList<SequenceBias>? Biases() => !reader.Has("sequence_bias") ? null :
            [.. reader.Root.GetProperty("sequence_bias").EnumerateArray().Select(pair => new SequenceBias([.. pair[0].EnumerateArray().Select(id => id.GetInt32())], pair[1].GetDouble()))];

        IReadOnlyList<IReadOnlyList<int>>? Lists(string name) => !reader.Has(name) ? null :
            [.. reader.Root.GetProperty(name).EnumerateArray().Select(ids => (IReadOnlyList<int>)[.. ids.EnumerateArray().Select(id => id.GetInt32())])];
    }
}
