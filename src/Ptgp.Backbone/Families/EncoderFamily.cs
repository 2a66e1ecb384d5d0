namespace Ptgp.Backbone;

/// <summary>What encoders that stand alone have in common: BERT's shape, an output for masked tokens that a checkpoint may leave out, and parts of heads beside it.</summary>
internal abstract class EncoderFamily : Family
{
    // The bias of logits is a vector in their files.
    public override StoredForm FormOf(string name) => new(IsFlat: name == "output.bias");

    // The first conversions of BERT kept the names that TensorFlow has for a norm's weight and bias.
    public override string? OlderName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.EndsWith("LayerNorm.weight", StringComparison.Ordinal) ? name[..^"weight".Length] + "gamma"
            : name.EndsWith("LayerNorm.bias", StringComparison.Ordinal) ? name[..^"bias".Length] + "beta"
            : null;
    }

    // Older files hold the numbers 0, 1, 2, …
    public override bool IsDerived(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.EndsWith("embeddings.position_ids", StringComparison.Ordinal);
    }

    /// <summary>Makes the shape that all share.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="width">The size of a state.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="activation">The field that names the activation.</param>
    protected static TransformerConfig Shape(ConfigReader config, int width, StackConfig encoder, string activation)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new()
        {
            Vocabulary = config.Size("vocab_size"),
            Width = width,
            Encoder = encoder,
            NormPlacement = NormPlacement.After,
            HasEmbeddingNorm = true,
            Positions = PositionKind.Learned,
            MaxPositions = config.Size("max_position_embeddings", 512),
            Activation = config.Choice(activation, Activations.ByName, "gelu"),
            HasOutputTransform = true,
            HasOutputBias = true,
            PadId = config.Whole("pad_token_id", 0),
            StartId = config.Whole("bos_token_id", TransformerConfig.Unknown),
            EndId = config.Id("eos_token_id", TransformerConfig.Unknown),
        };
    }
}
