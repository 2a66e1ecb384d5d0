namespace Ptgp.Backbone;

/// <summary>Reads the fields that say how queries and keys turn: <c>rope_theta</c>, <c>rope_scaling</c> and what belongs to it.</summary>
internal static class RotaryReader
{
    private static readonly Dictionary<string, RotaryScaling> kinds = new()
    {
        ["default"] = RotaryScaling.None,
        ["linear"] = RotaryScaling.Linear,
        ["dynamic"] = RotaryScaling.Dynamic,
        ["yarn"] = RotaryScaling.Yarn,
        ["llama3"] = RotaryScaling.Smooth,
        ["longrope"] = RotaryScaling.PerPair,
    };

    /// <summary>Reads them for heads of a width.</summary>
    public static RotaryConfig Read(ConfigReader config, int headWidth)
    {
        var plain = new RotaryConfig
        {
            Theta = config.Number("rope_theta", 10000),
            Width = (int)(headWidth * config.Number("partial_rotary_factor", 1)),
        };
        if (config.Within("rope_scaling") is not { } scaling)
        {
            return plain;
        }

        // The older spelling of the kind is 'type'.
        var kind = scaling.Choice(scaling.Has("rope_type") ? "rope_type" : "type", kinds);
        var length = config.Size("max_position_embeddings", 2048);
        var original = scaling.Size("original_max_position_embeddings", config.Size("original_max_position_embeddings", length));
        var scaled = plain with { Scaling = kind, OriginalLength = original };
        return kind switch
        {
            RotaryScaling.None => plain,
            RotaryScaling.Yarn => Yarn(scaled with { Factor = original == length ? scaling.Number("factor") : (double)length / original }, scaling),
            RotaryScaling.PerPair => PerPair(scaled with { Factor = original == length ? scaling.Number("factor", 1) : (double)length / original }, scaling),
            RotaryScaling.Smooth => scaled with
            {
                Factor = scaling.Number("factor"),
                SlowWaves = scaling.Number("low_freq_factor"),
                FastWaves = scaling.Number("high_freq_factor"),
            },
            _ => scaled with { Factor = scaling.Number("factor"), OriginalLength = length },
        };
    }

    private static RotaryConfig Yarn(RotaryConfig scaled, ConfigReader scaling)
    {
        var hasScales = scaling.Has("mscale") && scaling.Has("mscale_all_dim");
        var sharpness = hasScales ? Sharpness(scaling.Number("mscale")) / Sharpness(scaling.Number("mscale_all_dim")) : Sharpness(1);
        return scaled with
        {
            SlowWaves = scaling.Number("beta_slow", 1),
            FastWaves = scaling.Number("beta_fast", 32),
            RoundsBounds = scaling.Flag("truncate", true),
            Sharpness = scaling.Number("attention_factor", sharpness),
        };

        double Sharpness(double scale) => scaled.Factor <= 1 ? 1 : (0.1 * scale * Math.Log(scaled.Factor)) + 1;
    }

    private static RotaryConfig PerPair(RotaryConfig scaled, ConfigReader scaling)
    {
        var sharpness = scaled.Factor <= 1 ? 1 : Math.Sqrt(1 + (Math.Log(scaled.Factor) / Math.Log(scaled.OriginalLength)));
        return scaled with
        {
            ShortFactors = Factors("short_factor"),
            LongFactors = Factors("long_factor"),
            Sharpness = scaling.Number("attention_factor", sharpness),
        };

        IReadOnlyList<double> Factors(string name) => scaling.Numbers(name) is var all && all.Count == scaled.Width / 2
            ? all
            : throw new CheckpointException($"config.json: '{name}' of 'rope_scaling' must hold a number for each of the {scaled.Width / 2} pairs of values that turn, but holds {all.Count}.");
    }
}
