namespace Ptgp.Backbone;

/// <summary>BART (Lewis et al. 2020), and the shape that its kin share with it.</summary>
internal class BartFamily : Family
{
    public override string Name => "bart";

    public override IReadOnlyList<string> ModelTypes => ["bart"];

    public override string BasePrefix => "model.";

    public override TransformerConfig ReadConfig(ConfigReader config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return ReadShape(config) with
        {
            Positions = PositionKind.Learned,
            PositionOffset = 2,                                   // fairseq counts positions from its pad id on; the first two rows are never read
            HasEmbeddingNorm = true,
        };
    }

    public override NameTable NamesOf(TransformerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new([
            ("embeddings", config.TargetVocabulary is null ? "model.shared" : "model.encoder.embed_tokens"),
            ("target_embeddings", "model.decoder.embed_tokens"),
            ("output.bias", "final_logits_bias"),
            ("output", "lm_head"),
            .. Stacks]);
    }

    /// <summary>Gets the names inside encoder and decoder.</summary>
    protected static IReadOnlyList<(string Ours, string Theirs)> Stacks { get; } =
    [
        ("*.positions", "model.*.embed_positions"),
        ("*.embedding_norm", "model.*.layernorm_embedding"),
        ("*.norm", "model.*.layer_norm"),
        ("*.layers.#.self_attention_norm", "model.*.layers.#.self_attn_layer_norm"),
        ("*.layers.#.self_attention.q", "model.*.layers.#.self_attn.q_proj"),
        ("*.layers.#.self_attention.k", "model.*.layers.#.self_attn.k_proj"),
        ("*.layers.#.self_attention.v", "model.*.layers.#.self_attn.v_proj"),
        ("*.layers.#.self_attention.o", "model.*.layers.#.self_attn.out_proj"),
        ("*.layers.#.cross_attention_norm", "model.*.layers.#.encoder_attn_layer_norm"),
        ("*.layers.#.cross_attention.q", "model.*.layers.#.encoder_attn.q_proj"),
        ("*.layers.#.cross_attention.k", "model.*.layers.#.encoder_attn.k_proj"),
        ("*.layers.#.cross_attention.v", "model.*.layers.#.encoder_attn.v_proj"),
        ("*.layers.#.cross_attention.o", "model.*.layers.#.encoder_attn.out_proj"),
        ("*.layers.#.feed_forward_norm", "model.*.layers.#.final_layer_norm"),
        ("*.layers.#.feed_forward.up", "model.*.layers.#.fc1"),
        ("*.layers.#.feed_forward.down", "model.*.layers.#.fc2"),
    ];

    public override IReadOnlyDictionary<string, IReadOnlyList<string>> Aliases(TransformerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config.TargetVocabulary is null
            ? new Dictionary<string, IReadOnlyList<string>>
            {
                ["embeddings.weight"] = ["model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight", "lm_head.weight"],
            }
            : new Dictionary<string, IReadOnlyList<string>> { ["target_embeddings.weight"] = ["lm_head.weight"] };
    }

    /// <summary>Reads what BART and its kin have in common.</summary>
    protected static TransformerConfig ReadShape(ConfigReader config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var width = config.Size("d_model");
        var pad = config.Whole("pad_token_id", 1);
        return new()
        {
            Vocabulary = config.Size("vocab_size"),
            Width = width,
            Encoder = Stack("encoder"),
            Decoder = Stack("decoder"),
            NormPlacement = NormPlacement.After,
            MaxPositions = config.Size("max_position_embeddings", 1024),
            Activation = config.Choice("activation_function", Activations.ByName, "gelu"),
            EmbeddingScale = config.Flag("scale_embedding", false) ? Math.Sqrt(width) : 1,
            HasOutputBias = true,
            IsOutputBiasConstant = true,                          // a buffer to the reference
            Dropout = config.Number("dropout", 0.1),
            AttentionDropout = config.Number("attention_dropout", 0),
            ActivationDropout = config.Number("activation_dropout", 0),
            StartId = config.Whole("decoder_start_token_id", config.Id("eos_token_id", 2)),
            PadId = pad,
            EndId = config.Id("eos_token_id", 2),
        };

        StackConfig Stack(string side) => new()
        {
            Layers = config.Size(side + "_layers"),
            Heads = config.Size(side + "_attention_heads"),
            HeadWidth = width / config.Size(side + "_attention_heads"),
            FeedForwardWidth = config.Size(side + "_ffn_dim"),
        };
    }
}
