namespace Ptgp.Backbone;

/// <summary>Whisper (Radford et al. 2022): reads log-mel frames by two convolutions; its stacks are BART's with norms before sublayers and keys without bias.</summary>
internal sealed class WhisperFamily : BartFamily
{
    public override string Name => "whisper";

    public override IReadOnlyList<string> ModelTypes => ["whisper"];

    public override TransformerConfig ReadConfig(ConfigReader config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var shape = ReadShape(config);
        return shape with
        {
            FrameWidth = config.Size("num_mel_bins", 80),
            // The encoder's table is sines and cosines, stored and not learned; the decoder's is learned.
            Encoder = shape.Encoder! with { Positions = PositionKind.SinusoidalToEnd, MaxPositions = config.Size("max_source_positions", 1500) },
            MaxPositions = config.Size("max_target_positions", 448),
            NormPlacement = NormPlacement.Before,
            HasFinalNorm = true,
            Biases = Biases.All & ~Biases.Keys,
            HasOutputBias = false,
            StartId = config.Whole("decoder_start_token_id", 50257),
            PadId = config.Whole("pad_token_id", 50256),
            EndId = config.Id("eos_token_id", 50256),
        };
    }

    public override NameTable NamesOf(TransformerConfig config) => new([
        ("embeddings", "model.decoder.embed_tokens"),
        ("output", "proj_out"),
        ("stem.first", "model.encoder.conv1"),
        ("stem.second", "model.encoder.conv2"),
        .. Stacks]);

    public override IReadOnlyDictionary<string, IReadOnlyList<string>> Aliases(TransformerConfig config) =>
        new Dictionary<string, IReadOnlyList<string>> { ["embeddings.weight"] = ["proj_out.weight"] };
}
