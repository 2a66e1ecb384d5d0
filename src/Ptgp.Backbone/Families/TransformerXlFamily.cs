namespace Ptgp.Backbone;

/// <summary>Transformer-XL (Dai et al. 2019).</summary>
internal sealed class TransformerXlFamily : Family
{
    private static readonly (string Part, int At)[] inputs = [(".self_attention.q.", 0), (".self_attention.k.", 1), (".self_attention.v.", 2)];

    public override string Name => "transformer-xl";

    public override IReadOnlyList<string> ModelTypes => ["transfo-xl"];

    public override string BasePrefix => "transformer.";

    public override TransformerConfig ReadConfig(ConfigReader config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Require("attn_type", config.Whole("attn_type", 0) == 0, "be 0, the positions of the paper");
        var (width, memory, end) = (config.Size("d_model", 1024), config.Size("mem_len", 1600), config.Id("eos_token_id", 0));
        config.Require("d_model", width % 2 == 0, "be even, a sine and a cosine for each period");
        var vocabulary = config.Size("vocab_size", config.Has("n_token") ? config.Size("n_token") : 267735);
        return new()
        {
            Vocabulary = vocabulary,
            Adaptive = ReadClusters(config, vocabulary, width),
            Width = width,
            Decoder = new()
            {
                Layers = config.Size("n_layer", 18),
                Heads = config.Size("n_head", 16),
                HeadWidth = config.Size("d_head", 64),
                FeedForwardWidth = config.Size("d_inner", 4096),
                Memory = memory,
                Window = config.Flag("same_length", true) ? memory : 0,
                DistanceLimit = Math.Max(config.Whole("clamp_len", 1000), 0),
                SharesDistanceBiases = !config.Flag("untie_r", true),
            },
            NormEpsilon = config.Number("layer_norm_epsilon", 1e-5),
            NormPlacement = config.Flag("pre_lnorm", false) ? NormPlacement.Before : NormPlacement.After,
            Positions = PositionKind.RelativeSinusoidal,
            SkipsPadding = true,
            Activation = Activation.Relu,
            Biases = Biases.FeedForward,
            EmbeddingScale = Math.Sqrt(width),
            TiesOutput = config.Flag("tie_word_embeddings", true),
            HasFinalDropout = true,
            Dropout = config.Number("dropout", 0.1),
            AttentionDropout = config.Number("dropatt", 0),
            ActivationDropout = config.Number("dropout", 0.1),
            StartId = config.Whole("bos_token_id", TransformerConfig.Unknown),
            PadId = config.Whole("pad_token_id", end),            // there is none; what it fills is masked
            EndId = end,
        };
    }

    public override NameTable NamesOf(TransformerConfig config) => new(
        ("embeddings.clusters.#", "transformer.word_emb.emb_layers.#"),
        ("embeddings.projections.#.weight", "transformer.word_emb.emb_projs.#"),
        ("output.clusters.#", "crit.out_layers.#"),
        ("output.projections.#.weight", "crit.out_projs.#"),
        ("output.tails.weight", "crit.cluster_weight"),
        ("output.tails.bias", "crit.cluster_bias"),
        ("*.biases.content.bias", "transformer.r_w_bias"),
        ("*.biases.position.bias", "transformer.r_r_bias"),
        ("*.layers.#.distances.r", "transformer.layers.#.dec_attn.r_net"),
        ("*.layers.#.distances.biases.content.bias", "transformer.layers.#.dec_attn.r_w_bias"),
        ("*.layers.#.distances.biases.position.bias", "transformer.layers.#.dec_attn.r_r_bias"),
        ("*.layers.#.self_attention.q", "transformer.layers.#.dec_attn.qkv_net"),
        ("*.layers.#.self_attention.k", "transformer.layers.#.dec_attn.qkv_net"),
        ("*.layers.#.self_attention.v", "transformer.layers.#.dec_attn.qkv_net"),
        ("*.layers.#.self_attention.o", "transformer.layers.#.dec_attn.o_net"),
        ("*.layers.#.self_attention_norm", "transformer.layers.#.dec_attn.layer_norm"),
        ("*.layers.#.feed_forward.up", "transformer.layers.#.pos_ff.CoreNet.0"),
        ("*.layers.#.feed_forward.down", "transformer.layers.#.pos_ff.CoreNet.3"),
        ("*.layers.#.feed_forward_norm", "transformer.layers.#.pos_ff.layer_norm"));

    // Queries, keys and values are parts of one projection.
    public override StoredForm FormOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var part = Array.FindIndex(inputs, each => name.Contains(each.Part, StringComparison.Ordinal));
        return part < 0 ? default : new(part, inputs.Length);
    }

    // What is shared is stored under each name that it has, or under one of them.
    public override IReadOnlyDictionary<string, IReadOnlyList<string>> Aliases(TransformerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var (adaptive, layers) = (config.Adaptive!, Enumerable.Range(0, config.Decoder!.Layers));
        var clusters = Enumerable.Range(0, adaptive.TiesProjections.Count).ToArray();
        var tied = clusters.Where(i => adaptive.TiesProjections[i]).GroupBy(i => adaptive.Divisor == 1 ? 0 : i, i => $"crit.out_projs.{i}")
            .Select(names => KeyValuePair.Create($"embeddings.projections.{names.Key}.weight", names.ToArray()));
        var output = clusters.Where(_ => config.TiesOutput).Select(i => KeyValuePair.Create($"embeddings.clusters.{i}.weight", new[] { $"crit.out_layers.{i}.weight" }));
        var biases = new[] { ("content", "r_w_bias"), ("position", "r_r_bias") }.Select(each => KeyValuePair.Create(
            $"decoder.biases.{each.Item1}.bias", layers.Select(layer => $"transformer.layers.{layer}.dec_attn.{each.Item2}").ToArray()));
        return tied.Concat(output).Concat(biases).ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string>)pair.Value);
    }

    // Older files hold the frequencies of the sines.
    public override bool IsDerived(string name) => name == "transformer.pos_emb.inv_freq";

    private static AdaptiveVocabulary ReadClusters(ConfigReader config, int vocabulary, int width)
    {
        int[] cutoffs = config.Has("cutoffs") ? [.. config.Numbers("cutoffs").Select(cutoff => (int)cutoff)] : [20000, 40000, 200000];
        config.Require("cutoffs", cutoffs.Append(vocabulary).Zip(cutoffs.Prepend(0)).All(pair => pair.First > pair.Second), $"ascend between 0 and the vocabulary, {vocabulary}");
        var (widest, divisor) = (config.Size("d_embed", width), config.Size("div_val", 4));
        config.Require("div_val", Math.Pow(divisor, cutoffs.Length) <= widest, $"leave the last of {cutoffs.Length + 1} clusters a width, of {widest} for the first");
        bool[] shared = config.Has("tie_projs") ? [.. config.Flags("tie_projs")] : [false, .. cutoffs.Select(_ => config.Flag("proj_share_all_but_first", true))];
        config.Require("tie_projs", shared.Length == cutoffs.Length + 1, $"have a truth value for each of {cutoffs.Length + 1} clusters");
        return new() { Cutoffs = cutoffs, EmbeddingWidth = widest, Divisor = divisor, TiesProjections = shared };
    }
}
