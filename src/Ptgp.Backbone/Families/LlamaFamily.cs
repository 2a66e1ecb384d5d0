namespace Ptgp.Backbone;

/// <summary>Llama 1 to 3 (Touvron et al. 2023; Grattafiori et al. 2024), and the shape that Mistral and Qwen2 share with it.</summary>
internal class LlamaFamily : Family
{
    public override string Name => "llama";

    public override IReadOnlyList<string> ModelTypes => ["llama"];

    public override string BasePrefix => "model.";

    public override TransformerConfig ReadConfig(ConfigReader config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var attention = config.Flag("attention_bias", false) ? Biases.Attention : Biases.None;
        return ReadShape(config) with { Biases = attention | (config.Flag("mlp_bias", false) ? Biases.FeedForward : Biases.None) };
    }

    public override NameTable NamesOf(TransformerConfig config) => new(
        ("embeddings", "model.embed_tokens"),
        ("output", "lm_head"),
        ("*.norm", "model.norm"),
        ("*.layers.#.self_attention_norm", "model.layers.#.input_layernorm"),
        ("*.layers.#.self_attention.q", "model.layers.#.self_attn.q_proj"),
        ("*.layers.#.self_attention.k", "model.layers.#.self_attn.k_proj"),
        ("*.layers.#.self_attention.v", "model.layers.#.self_attn.v_proj"),
        ("*.layers.#.self_attention.o", "model.layers.#.self_attn.o_proj"),
        ("*.layers.#.feed_forward_norm", "model.layers.#.post_attention_layernorm"),
        ("*.layers.#.feed_forward.gate", "model.layers.#.mlp.gate_proj"),
        ("*.layers.#.feed_forward.up", "model.layers.#.mlp.up_proj"),
        ("*.layers.#.feed_forward.down", "model.layers.#.mlp.down_proj"));

    public override IReadOnlyDictionary<string, IReadOnlyList<string>> Aliases(TransformerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config.TiesOutput ? new Dictionary<string, IReadOnlyList<string>> { ["embeddings.weight"] = ["lm_head.weight"] } : base.Aliases(config);
    }

    // Older files hold the frequencies of the rotation, which follow from config.json.
    public override bool IsDerived(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal);
    }

    /// <summary>Reads what Llama and its kin have in common.</summary>
    protected static TransformerConfig ReadShape(ConfigReader config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var (width, heads, end) = (config.Size("hidden_size"), config.Size("num_attention_heads"), config.Id("eos_token_id", 2));
        var headWidth = config.Size("head_dim", width / heads);
        var rotary = RotaryReader.Read(config, headWidth);
        var positions = config.Size("max_position_embeddings", 2048);
        return new()
        {
            Vocabulary = config.Size("vocab_size"),
            Width = width,
            Decoder = new()
            {
                Layers = config.Size("num_hidden_layers"),
                Heads = heads,
                HeadWidth = headWidth,
                KeyValueHeads = config.Size("num_key_value_heads", heads),
                FeedForwardWidth = config.Size("intermediate_size"),
            },
            Norm = NormKind.RootMeanSquare,
            NormEpsilon = config.Number("rms_norm_eps", 1e-6),
            NormPlacement = NormPlacement.Before,
            HasFinalNorm = true,
            Positions = PositionKind.Rotary,
            Rotary = rotary,
            // Where the base grows with the text, the factor says how far.
            MaxPositions = rotary.Scaling == RotaryScaling.Dynamic ? (int)(positions * rotary.Factor) : positions,
            SkipsPadding = true,
            Activation = config.Choice("hidden_act", Activations.ByName, "silu"),
            IsGated = true,
            TiesOutput = config.Flag("tie_word_embeddings", false),
            AttentionDropout = config.Number("attention_dropout", 0),
            StartId = config.Whole("bos_token_id", 1),
            PadId = config.Whole("pad_token_id", end),            // most have none; what it fills is masked
            EndId = end,
        };
    }
}
