using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Draws virtual tokens to learn from: prompts and prefixes. Unlike deltas they change what a backbone answers from the start.</summary>
internal static class FreshTokens
{
    private const double Deviation = 0.02;

    /// <summary>Draws a prompt from the vocabulary, which Lester et al. (2021) found better than noise.</summary>
    public static VirtualPrompt Prompt(Transformer transformer, int length, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        using var generator = new Generator((ulong)seed);
        var (config, table) = (transformer.Config, transformer.NamedParameters.GetValueOrDefault(AdaptedTables.Embeddings + ".weight"));
        if (table is null || table.size(1) != config.Width)
        {
            return new(Noise(generator, length, config.Width).to(transformer.Device), length);
        }

        var ids = rand([length], generator: generator).mul_(tensor((float)table.size(0))).to(int64).to(table.device);
        // A prompt stands beside embeddings that were scaled.
        return new(table.index_select(0, ids).to(float32).mul_(tensor((float)config.EmbeddingScale)), length);
    }

    /// <summary>Draws a prefix of small keys and values: of the decoder, or of the encoder where there is none.</summary>
    /// <exception cref="ArgumentException">The backbone remembers segments, and so has no place for one.</exception>
    public static VirtualPrefix Prefix(Transformer transformer, int length, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        var config = transformer.Config;
        if (config.Decoder is { Memory: > 0 })
        {
            throw new ArgumentException("A prefix must have a place before what each layer sees, but this backbone remembers segments there. Take another tuning, such as lowRank or prompt.");
        }

        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        var stack = config.Decoder ?? config.Encoder!;
        var values = Noise(generator, length, 2L * stack.Layers * (stack.KeyValueHeads ?? stack.Heads) * stack.HeadWidth);
        return new(values.to(transformer.Device), config.Decoder is not null, stack);
    }

    private static Tensor Noise(Generator generator, int length, long width) => randn([length, width], generator: generator).mul_(tensor((float)Deviation));
}
