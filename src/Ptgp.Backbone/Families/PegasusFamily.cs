namespace Ptgp.Backbone;

/// <summary>Pegasus (Zhang et al. 2020): the shape of BART with sinusoidal positions, no norm of embeddings, and norms before sublayers and behind the last.</summary>
internal sealed class PegasusFamily : BartFamily
{
    public override string Name => "pegasus";

    public override IReadOnlyList<string> ModelTypes => ["pegasus"];

    // The tokens of its pre-training: two masks and <unk_2> to <unk_102>.
    public override int PieceOffset => 103;

    public override TransformerConfig ReadConfig(ConfigReader config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return ReadShape(config) with
        {
            Positions = PositionKind.Sinusoidal,
            NormPlacement = NormPlacement.Before,
            HasFinalNorm = true,
            PadId = config.Whole("pad_token_id", 0),
            StartId = config.Whole("decoder_start_token_id", 0),
            EndId = config.Id("eos_token_id", 1),
        };
    }
}
