namespace Ptgp.Backbone;

/// <summary>Marian's translators, such as OPUS-MT (Junczys-Dowmunt et al. 2018): the shape of BART with sinusoidal positions and no norm of embeddings.</summary>
internal sealed class MarianFamily : BartFamily
{
    public override string Name => "marian";

    public override IReadOnlyList<string> ModelTypes => ["marian"];

    public override TransformerConfig ReadConfig(ConfigReader config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var shared = config.Flag("share_encoder_decoder_embeddings", true);
        return ReadShape(config) with
        {
            TargetVocabulary = shared ? null : config.Size("decoder_vocab_size", config.Size("vocab_size")),
            Positions = PositionKind.Sinusoidal,
        };
    }
}
