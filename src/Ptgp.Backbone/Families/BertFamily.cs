namespace Ptgp.Backbone;

/// <summary>BERT (Devlin et al. 2019), and what has its shape, such as MiniLM (Wang et al. 2020).</summary>
internal class BertFamily : EncoderFamily
{
    public override string Name => "bert";

    public override IReadOnlyList<string> ModelTypes => ["bert"];

    public override string BasePrefix => "bert.";

    public override IReadOnlyDictionary<string, IReadOnlyList<string>> HeadNames => new Dictionary<string, IReadOnlyList<string>>
    {
        ["pooler"] = ["bert.pooler.dense"],
        ["classes"] = ["classifier"],
        ["span"] = ["qa_outputs"],
        ["next_sentence"] = ["cls.seq_relationship"],
    };

    public override TransformerConfig ReadConfig(ConfigReader config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Demand("is_decoder", false);
        config.Choice("position_embedding_type", new Dictionary<string, bool> { ["absolute"] = true }, "absolute");
        var (width, heads) = (config.Size("hidden_size"), config.Size("num_attention_heads"));
        var encoder = new StackConfig
        {
            Layers = config.Size("num_hidden_layers"),
            Heads = heads,
            HeadWidth = width / heads,
            FeedForwardWidth = config.Size("intermediate_size"),
        };
        return Shape(config, width, encoder, "hidden_act") with
        {
            NormEpsilon = config.Number("layer_norm_eps", 1e-12),
            Segments = config.Size("type_vocab_size", 2),
            Dropout = config.Number("hidden_dropout_prob", 0.1),
            AttentionDropout = config.Number("attention_probs_dropout_prob", 0.1),
        };
    }

    public override NameTable NamesOf(TransformerConfig config) => new([
        .. Layers,
        ("output.bias", "cls.predictions.bias"),
        ("output_transform.dense", "cls.predictions.transform.dense"),
        ("output_transform.norm", "cls.predictions.transform.LayerNorm")]);

    public override IReadOnlyDictionary<string, IReadOnlyList<string>> Aliases(TransformerConfig config) => new Dictionary<string, IReadOnlyList<string>>
    {
        ["embeddings.weight"] = ["cls.predictions.decoder.weight"],
        ["output.bias"] = ["cls.predictions.decoder.bias"],
    };

    /// <summary>Gets the names of all but the output.</summary>
    protected (string Ours, string Theirs)[] Layers =>
    [
        ("embeddings", BasePrefix + "embeddings.word_embeddings"),
        ("segments", BasePrefix + "embeddings.token_type_embeddings"),
        ("*.positions", BasePrefix + "embeddings.position_embeddings"),
        ("*.embedding_norm", BasePrefix + "embeddings.LayerNorm"),
        ("*.layers.#.self_attention.q", BasePrefix + "encoder.layer.#.attention.self.query"),
        ("*.layers.#.self_attention.k", BasePrefix + "encoder.layer.#.attention.self.key"),
        ("*.layers.#.self_attention.v", BasePrefix + "encoder.layer.#.attention.self.value"),
        ("*.layers.#.self_attention.o", BasePrefix + "encoder.layer.#.attention.output.dense"),
        ("*.layers.#.self_attention_norm", BasePrefix + "encoder.layer.#.attention.output.LayerNorm"),
        ("*.layers.#.feed_forward.up", BasePrefix + "encoder.layer.#.intermediate.dense"),
        ("*.layers.#.feed_forward.down", BasePrefix + "encoder.layer.#.output.dense"),
        ("*.layers.#.feed_forward_norm", BasePrefix + "encoder.layer.#.output.LayerNorm"),
    ];
}
