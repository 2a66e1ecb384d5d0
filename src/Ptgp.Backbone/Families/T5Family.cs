namespace Ptgp.Backbone;

/// <summary>T5 1.0, 1.1 and FLAN, and mT5 (Raffel et al. 2020; Xue et al. 2021).</summary>
internal sealed class T5Family : Family
{
    public override string Name => "t5";

    public override IReadOnlyList<string> ModelTypes => ["t5", "mt5"];

    public override IReadOnlyDictionary<string, string> Prefixes => new Dictionary<string, string>
    {
        ["translation"] = "translate {from} to {to}: ",
        ["summarization"] = "summarize: ",
    };

    public override TransformerConfig ReadConfig(ConfigReader config)
    {
        ArgumentNullException.ThrowIfNull(config);
        // The published 1.1 checkpoints say "gated-gelu" and mean the tanh approximation.
        var function = config.Text("feed_forward_proj", "relu");
        var activations = new Dictionary<string, Activation>(Activations.ByName) { ["gated-gelu"] = Activation.GeluTanh, ["gated-silu"] = Activation.Silu, ["gated-relu"] = Activation.Relu };
        var (width, layers, tied) = (config.Size("d_model"), config.Size("num_layers"), config.Flag("tie_word_embeddings", true));
        var stack = new StackConfig
        {
            Layers = layers,
            Heads = config.Size("num_heads"),
            HeadWidth = config.Size("d_kv"),
            FeedForwardWidth = config.Size("d_ff"),
        };
        var dropout = config.Number("dropout_rate", 0.1);
        return new()
        {
            Vocabulary = config.Size("vocab_size"),
            Width = width,
            Encoder = stack,
            Decoder = stack with { Layers = config.Size("num_decoder_layers", layers) },
            Norm = NormKind.RootMeanSquare,
            NormEpsilon = config.Number("layer_norm_epsilon", 1e-6),
            NormPlacement = NormPlacement.Before,
            HasFinalNorm = true,
            HasFinalDropout = true,
            Positions = PositionKind.RelativeBuckets,
            RelativeBuckets = config.Size("relative_attention_num_buckets", 32),
            RelativeMaxDistance = config.Size("relative_attention_max_distance", 128),
            Activation = config.Choice("feed_forward_proj", activations, "relu"),
            IsGated = function.StartsWith("gated-", StringComparison.Ordinal),
            Biases = Biases.None,
            AttentionScale = 1,
            OutputScale = tied ? Math.Pow(width, -0.5) : 1,
            TiesOutput = tied,
            Dropout = dropout,
            AttentionDropout = dropout,
            ActivationDropout = dropout,
            StartId = config.Whole("decoder_start_token_id", config.Whole("pad_token_id", 0)),
            PadId = config.Whole("pad_token_id", 0),
            EndId = config.Id("eos_token_id", 1),
        };
    }

    public override NameTable NamesOf(TransformerConfig config) => new(
        ("embeddings", "shared"),
        ("output", "lm_head"),
        ("*.relative_bias", "*.block.0.layer.0.SelfAttention.relative_attention_bias"),
        ("*.norm", "*.final_layer_norm"),
        ("*.layers.#.self_attention_norm", "*.block.#.layer.0.layer_norm"),
        ("*.layers.#.self_attention.q", "*.block.#.layer.0.SelfAttention.q"),
        ("*.layers.#.self_attention.k", "*.block.#.layer.0.SelfAttention.k"),
        ("*.layers.#.self_attention.v", "*.block.#.layer.0.SelfAttention.v"),
        ("*.layers.#.self_attention.o", "*.block.#.layer.0.SelfAttention.o"),
        ("*.layers.#.cross_attention_norm", "*.block.#.layer.1.layer_norm"),
        ("*.layers.#.cross_attention.q", "*.block.#.layer.1.EncDecAttention.q"),
        ("*.layers.#.cross_attention.k", "*.block.#.layer.1.EncDecAttention.k"),
        ("*.layers.#.cross_attention.v", "*.block.#.layer.1.EncDecAttention.v"),
        ("*.layers.#.cross_attention.o", "*.block.#.layer.1.EncDecAttention.o"),
        // The feed-forward layer is an encoder's second sublayer and a decoder's third. wi_0 is the one inside the function.
        ("encoder.layers.#.feed_forward_norm", "encoder.block.#.layer.1.layer_norm"),
        ("encoder.layers.#.feed_forward.gate", "encoder.block.#.layer.1.DenseReluDense.wi_0"),
        ("encoder.layers.#.feed_forward.up", "encoder.block.#.layer.1.DenseReluDense." + Up(config)),
        ("encoder.layers.#.feed_forward.down", "encoder.block.#.layer.1.DenseReluDense.wo"),
        ("decoder.layers.#.feed_forward_norm", "decoder.block.#.layer.2.layer_norm"),
        ("decoder.layers.#.feed_forward.gate", "decoder.block.#.layer.2.DenseReluDense.wi_0"),
        ("decoder.layers.#.feed_forward.up", "decoder.block.#.layer.2.DenseReluDense." + Up(config)),
        ("decoder.layers.#.feed_forward.down", "decoder.block.#.layer.2.DenseReluDense.wo"));

    public override IReadOnlyDictionary<string, IReadOnlyList<string>> Aliases(TransformerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        string[] copies = ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight"];
        return new Dictionary<string, IReadOnlyList<string>> { ["embeddings.weight"] = config.TiesOutput ? [.. copies, "lm_head.weight"] : copies };
    }

    // The first T5 checkpoints hold a bias for attention to the encoder, which no code ever read.
    public override bool IsDerived(string name) => name == "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight";

    private static string Up(TransformerConfig config) => config.IsGated ? "wi_1" : "wi";
}
