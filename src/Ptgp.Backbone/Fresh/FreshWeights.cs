using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Draws the weights that pre-training starts from.</summary>
/// <param name="drawing">How.</param>
/// <param name="config">The shape.</param>
/// <param name="seed">The same seed gives the same weights.</param>
internal sealed class FreshWeights(FreshDrawing drawing, TransformerConfig config, int seed) : ParameterSource
{
    private const double Small = 0.02;

    private readonly FreshParameters parameters = new(seed);

    public override Device Device => parameters.Device;

    public override Tensor Get(string name, long[] shape, Initialization initialization)
    {
        var drawn = parameters.Get(name, shape, initialization.Deviation == 0 ? initialization : Draw(name, shape, initialization));
        if (drawing is FreshDrawing.Vaswani or FreshDrawing.Bert && name is "embeddings.weight")
        {
            using var scope = NewDisposeScope();
            drawn.narrow(0, config.PadId, 1).zero_();
        }

        return drawn;
    }

    private Initialization Draw(string name, long[] shape, Initialization usual) => drawing switch
    {
        FreshDrawing.Vaswani when name.EndsWith("embeddings.weight", StringComparison.Ordinal) => new(0, Math.Pow(config.Width, -0.5)),
        FreshDrawing.Vaswani => new(0, Math.Sqrt(2.0 / (shape[0] + shape[1])), IsUniform: true),
        FreshDrawing.T5 when name.EndsWith("attention.q.weight", StringComparison.Ordinal) => new(0, Math.Pow(config.Width * (double)config.Encoder!.HeadWidth, -0.5)),
        FreshDrawing.T5 => usual,
        FreshDrawing.Gpt2 when name.EndsWith("attention.o.weight", StringComparison.Ordinal) || name.EndsWith("feed_forward.down.weight", StringComparison.Ordinal) =>
            new(0, Small / Math.Sqrt(2 * config.Decoder!.Layers)),
        _ => new(0, Small),
    };
}
