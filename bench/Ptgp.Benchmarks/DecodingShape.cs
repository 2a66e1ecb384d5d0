using Ptgp.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Benchmarks;

/// <summary>The shape of a published checkpoint, to be filled with weights that follow from a formula.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Family">Its family.</param>
/// <param name="Config">Its sizes.</param>
/// <param name="Read">How many states or tokens are read before it writes.</param>
internal sealed record DecodingShape(string Name, string Family, TransformerConfig Config, int Read = 64)
{
    /// <summary>Gets those that are measured.</summary>
    public static IReadOnlyList<DecodingShape> All { get; } =
    [
        new("t5-small", "t5", T5(Stack(6, 8, 2048), 512, 32128)),
        new("bart-base", "bart", new()
        {
            Vocabulary = 50265,
            Width = 768,
            Encoder = Stack(6, 12, 3072),
            Decoder = Stack(6, 12, 3072),
            NormPlacement = NormPlacement.After,
            HasEmbeddingNorm = true,
            PositionOffset = 2,
            MaxPositions = 1024,
            Activation = Activation.Gelu,
            HasOutputBias = true,
            EndId = 2,
        }),
        new("gpt2-small", "gpt2", new()
        {
            Vocabulary = 50257,
            Width = 768,
            Decoder = Stack(12, 12, 3072),
            HasFinalNorm = true,
            MaxPositions = 1024,
            SkipsPadding = true,
            Activation = Activation.GeluTanh,
            EndId = 50256,
        }),
        new(
            "whisper-tiny",
            "whisper",
            new()
            {
                Vocabulary = 51865,
                Width = 384,
                FrameWidth = 80,
                Encoder = Stack(4, 6, 1536) with { Positions = PositionKind.SinusoidalToEnd, MaxPositions = 1500 },
                Decoder = Stack(4, 6, 1536),
                HasFinalNorm = true,
                MaxPositions = 448,
                Activation = Activation.Gelu,
                Biases = Biases.All & ~Biases.Keys,
                EndId = 50256,
            },
            Read: 1500),
    ];

    /// <summary>T5's kind, as deep on either side.</summary>
    public static TransformerConfig T5(StackConfig stack, int width, int vocabulary) => new()
    {
        Vocabulary = vocabulary,
        Width = width,
        Encoder = stack,
        Decoder = stack,
        Norm = NormKind.RootMeanSquare,
        NormEpsilon = 1e-6,
        HasFinalNorm = true,
        Positions = PositionKind.RelativeBuckets,
        RelativeBuckets = 32,
        RelativeMaxDistance = 128,
        Biases = Biases.None,
        AttentionScale = 1,
        OutputScale = Math.Pow(width, -0.5),
        EndId = 1,
    };

    /// <summary>Fills it.</summary>
    /// <param name="device">Where it is to be.</param>
    /// <param name="dtype">The weights' type.</param>
    /// <param name="arithmetic">How it computes.</param>
    public Transformer Make(Device device, ScalarType dtype, LinearArithmetic arithmetic = LinearArithmetic.Fastest)
    {
        var config = Config with { Arithmetic = arithmetic };
        // T5 scales its embeddings down where it writes.
        var transformer = new Transformer(config, new FormulaParameters(Backbone.Family.All.First(family => family.Name == Family).NamesOf(config), 0.08, config.OutputScale == 1 ? 0.08 : 1.5, device, dtype));
        transformer.eval();
        return transformer;
    }

    /// <summary>Counts what a step of one row multiplies with, which is what it reads: the decoder's projections but those of what was read, and the output.</summary>
    public long StepWeights
    {
        get
        {
            var (stack, width) = (Config.Decoder!, (long)Config.Width);
            var inner = (long)stack.Heads * stack.HeadWidth;
            return (stack.Layers * width * ((4 * inner) + (Config.Encoder is null ? 0 : 2 * inner) + (2L * stack.FeedForwardWidth))) + (width * Config.Vocabulary);
        }
    }

    private static StackConfig Stack(int layers, int heads, int inner) => new() { Layers = layers, Heads = heads, HeadWidth = 64, FeedForwardWidth = inner };
}
