namespace Ptgp.Backbone;

/// <summary>RoBERTa and XLM-R (Liu et al. 2019; Conneau et al. 2020): BERT whose positions skip padding, with heads of other names.</summary>
internal sealed class RobertaFamily : BertFamily
{
    public override string Name => "roberta";

    public override IReadOnlyList<string> ModelTypes => ["roberta", "xlm-roberta"];

    public override string BasePrefix => "roberta.";

    // A classifier of whole texts has a pooler of its own; the Transformer's is then not trained.
    public override IReadOnlyDictionary<string, IReadOnlyList<string>> HeadNames => new Dictionary<string, IReadOnlyList<string>>
    {
        ["pooler"] = ["classifier.dense", "roberta.pooler.dense"],
        ["classes"] = ["classifier.out_proj", "classifier"],
        ["span"] = ["qa_outputs"],
    };

    public override TransformerConfig ReadConfig(ConfigReader config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var pad = config.Whole("pad_token_id", 1);
        return base.ReadConfig(config) with
        {
            PadId = pad,
            PositionOffset = pad + 1,                             // fairseq counts positions from its pad id on
            MaxPositions = config.Size("max_position_embeddings", 514) - pad - 1,
            SkipsPadding = true,
        };
    }

    public override NameTable NamesOf(TransformerConfig config) => new([
        .. Layers,
        ("output.bias", "lm_head.bias"),
        ("output_transform.dense", "lm_head.dense"),
        ("output_transform.norm", "lm_head.layer_norm")]);

    public override IReadOnlyDictionary<string, IReadOnlyList<string>> Aliases(TransformerConfig config) => new Dictionary<string, IReadOnlyList<string>>
    {
        ["embeddings.weight"] = ["lm_head.decoder.weight"],
        ["output.bias"] = ["lm_head.decoder.bias"],
    };
}
