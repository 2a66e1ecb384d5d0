namespace Ptgp.Backbone;

/// <summary>GPT-2 (Radford et al. 2019).</summary>
internal sealed class Gpt2Family : Family
{
    public override string Name => "gpt2";

    public override IReadOnlyList<string> ModelTypes => ["gpt2"];

    public override string BasePrefix => "transformer.";

    public override TransformerConfig ReadConfig(ConfigReader config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Demand("scale_attn_by_inverse_layer_idx", false);
        config.Demand("add_cross_attention", false);
        var (width, heads, end) = (config.Size("n_embd"), config.Size("n_head"), config.Id("eos_token_id", 50256));
        var positions = config.Size("n_positions", 1024);
        return new()
        {
            Vocabulary = config.Size("vocab_size"),
            Width = width,
            Decoder = new()
            {
                Layers = config.Size("n_layer"),
                Heads = heads,
                HeadWidth = width / heads,
                FeedForwardWidth = config.Size("n_inner", 4 * width),
            },
            NormEpsilon = config.Number("layer_norm_epsilon", 1e-5),
            NormPlacement = NormPlacement.Before,
            HasFinalNorm = true,
            Positions = PositionKind.Learned,
            MaxPositions = positions,
            SkipsPadding = true,
            Activation = config.Choice("activation_function", Activations.ByName, "gelu_new"),
            AttentionScale = config.Flag("scale_attn_weights", true) ? null : 1,
            TiesOutput = config.Flag("tie_word_embeddings", true),
            Dropout = config.Number("resid_pdrop", 0.1),
            AttentionDropout = config.Number("attn_pdrop", 0.1),
            StartId = config.Whole("bos_token_id", end),
            PadId = config.Whole("pad_token_id", end),            // there is none; what it fills is masked
            EndId = end,
        };
    }

    public override NameTable NamesOf(TransformerConfig config) => new(
        ("embeddings", "transformer.wte"),
        ("output", "lm_head"),
        ("*.positions", "transformer.wpe"),
        ("*.norm", "transformer.ln_f"),
        ("*.layers.#.self_attention_norm", "transformer.h.#.ln_1"),
        ("*.layers.#.self_attention.q", "transformer.h.#.attn.c_attn"),
        ("*.layers.#.self_attention.k", "transformer.h.#.attn.c_attn"),
        ("*.layers.#.self_attention.v", "transformer.h.#.attn.c_attn"),
        ("*.layers.#.self_attention.o", "transformer.h.#.attn.c_proj"),
        ("*.layers.#.feed_forward_norm", "transformer.h.#.ln_2"),
        ("*.layers.#.feed_forward.up", "transformer.h.#.mlp.c_fc"),
        ("*.layers.#.feed_forward.down", "transformer.h.#.mlp.c_proj"));

    // Its projections are stored as [inputs, outputs], and queries, keys and values lie side by side in one.
    public override StoredForm FormOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var part = Array.FindIndex([".self_attention.q.", ".self_attention.k.", ".self_attention.v."], each => name.Contains(each, StringComparison.Ordinal));
        var isProjection = name.Contains(".self_attention.", StringComparison.Ordinal) || name.Contains(".feed_forward.", StringComparison.Ordinal);
        return new(Math.Max(part, 0), part < 0 ? 0 : 3, IsTransposed: isProjection);
    }

    public override IReadOnlyDictionary<string, IReadOnlyList<string>> Aliases(TransformerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config.TiesOutput ? new Dictionary<string, IReadOnlyList<string>> { ["embeddings.weight"] = ["lm_head.weight"] } : base.Aliases(config);
    }

    // Older files hold the triangle that hides the future, and the number that it hides with.
    public override bool IsDerived(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.EndsWith(".attn.bias", StringComparison.Ordinal) || name.EndsWith(".attn.masked_bias", StringComparison.Ordinal);
    }
}
