namespace Ptgp.Backbone;

/// <summary>DistilBERT (Sanh et al. 2019): BERT without kinds of token, with names of its own.</summary>
internal sealed class DistilBertFamily : EncoderFamily
{
    public override string Name => "distilbert";

    public override IReadOnlyList<string> ModelTypes => ["distilbert"];

    public override string BasePrefix => "distilbert.";

    public override IReadOnlyDictionary<string, IReadOnlyList<string>> HeadNames => new Dictionary<string, IReadOnlyList<string>>
    {
        ["pooler"] = ["pre_classifier"],
        ["classes"] = ["classifier"],
        ["span"] = ["qa_outputs"],
    };

    public override bool PoolsByRelu => true;

    public override TransformerConfig ReadConfig(ConfigReader config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var (width, heads) = (config.Size("dim"), config.Size("n_heads"));
        var encoder = new StackConfig
        {
            Layers = config.Size("n_layers"),
            Heads = heads,
            HeadWidth = width / heads,
            FeedForwardWidth = config.Size("hidden_dim"),
        };
        return Shape(config, width, encoder, "activation") with
        {
            NormEpsilon = 1e-12,
            Dropout = config.Number("dropout", 0.1),
            AttentionDropout = config.Number("attention_dropout", 0.1),
        };
    }

    public override NameTable NamesOf(TransformerConfig config) => new(
        ("embeddings", "distilbert.embeddings.word_embeddings"),
        ("*.positions", "distilbert.embeddings.position_embeddings"),
        ("*.embedding_norm", "distilbert.embeddings.LayerNorm"),
        ("*.layers.#.self_attention.q", "distilbert.transformer.layer.#.attention.q_lin"),
        ("*.layers.#.self_attention.k", "distilbert.transformer.layer.#.attention.k_lin"),
        ("*.layers.#.self_attention.v", "distilbert.transformer.layer.#.attention.v_lin"),
        ("*.layers.#.self_attention.o", "distilbert.transformer.layer.#.attention.out_lin"),
        ("*.layers.#.self_attention_norm", "distilbert.transformer.layer.#.sa_layer_norm"),
        ("*.layers.#.feed_forward.up", "distilbert.transformer.layer.#.ffn.lin1"),
        ("*.layers.#.feed_forward.down", "distilbert.transformer.layer.#.ffn.lin2"),
        ("*.layers.#.feed_forward_norm", "distilbert.transformer.layer.#.output_layer_norm"),
        ("output.bias", "vocab_projector.bias"),
        ("output_transform.dense", "vocab_transform"),
        ("output_transform.norm", "vocab_layer_norm"));

    public override IReadOnlyDictionary<string, IReadOnlyList<string>> Aliases(TransformerConfig config) => new Dictionary<string, IReadOnlyList<string>>
    {
        ["embeddings.weight"] = ["vocab_projector.weight"],
    };
}
