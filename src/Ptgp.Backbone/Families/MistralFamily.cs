namespace Ptgp.Backbone;

/// <summary>Mistral (Jiang et al. 2023): the shape of Llama, with a sliding window in every layer.</summary>
internal sealed class MistralFamily : LlamaFamily
{
    public override string Name => "mistral";

    public override IReadOnlyList<string> ModelTypes => ["mistral"];

    public override TransformerConfig ReadConfig(ConfigReader config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var shape = ReadShape(config);
        return shape with
        {
            Biases = Biases.None,
            Decoder = shape.Decoder! with { Window = config.Has("sliding_window") ? config.Size("sliding_window") : 0 },
        };
    }
}
