namespace Ptgp.Backbone;

/// <summary>M2M-100 and NLLB-200 (Fan et al. 2020; NLLB Team 2022): mBART's norms without that of embeddings, sinusoidal positions, no bias of logits.</summary>
internal sealed class M2M100Family : BartFamily
{
    public override string Name => "m2m_100";

    public override IReadOnlyList<string> ModelTypes => ["m2m_100"];

    public override TransformerConfig ReadConfig(ConfigReader config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return ReadShape(config) with
        {
            Positions = PositionKind.SinusoidalToEnd,
            SkipsPadding = true,
            PositionOffset = config.Whole("pad_token_id", 1) + 1,  // fairseq counts positions from its pad id on
            NormPlacement = NormPlacement.Before,
            HasFinalNorm = true,
            HasOutputBias = false,
        };
    }

    // Older files hold the table of sines and cosines, under a name of its own and of another length.
    public override bool IsDerived(string name) => name is "model.encoder.embed_positions.weights" or "model.decoder.embed_positions.weights";
}
