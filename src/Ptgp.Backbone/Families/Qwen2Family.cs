namespace Ptgp.Backbone;

/// <summary>Qwen 2 and 2.5 (Yang et al. 2024): the shape of Llama, with biases on queries, keys and values, and perhaps a sliding window in the upper layers.</summary>
internal sealed class Qwen2Family : LlamaFamily
{
    public override string Name => "qwen2";

    public override IReadOnlyList<string> ModelTypes => ["qwen2"];

    public override TransformerConfig ReadConfig(ConfigReader config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var shape = ReadShape(config);
        var slides = config.Flag("use_sliding_window", false) && config.Has("sliding_window");
        return shape with
        {
            Biases = Biases.Queries | Biases.Keys | Biases.Values,
            Decoder = shape.Decoder! with
            {
                Window = slides ? config.Size("sliding_window") : 0,
                LayersBeforeWindow = config.Whole("max_window_layers", 28),
            },
        };
    }
}
