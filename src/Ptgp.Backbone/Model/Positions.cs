using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>A vector for each position, learned or made of sines and cosines.</summary>
internal sealed class Positions : nn.Module
{
    private readonly Tensor table;                                // [offset + positions, width]
    private readonly int offset;

    public Positions(string path, ParameterSource source, TransformerConfig config) : base(nameof(Positions))
    {
        if (config.Positions == PositionKind.Learned)
        {
            offset = config.PositionOffset;
            var learned = new Parameter(source.Get(path + ".weight", [config.MaxPositions + offset, config.Width], new(0, 0.02)), source.IsTrainable);
            register_parameter("weight", learned);
            table = learned;
        }
        else
        {
            table = Sinusoids(config.MaxPositions, config.Width).to(source.Device).DetachFromDisposeScope();
        }
    }

    /// <summary>Gets the vectors of some positions, <c>[count, width]</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many positions.</exception>
    public Tensor At(int start, int count)
    {
        var all = table.size(0) - offset;
        return start + count <= all
            ? table.narrow(0, offset + start, count)
            : throw new ArgumentOutOfRangeException(nameof(count), $"The backbone has {all} positions, but {start + count} are needed. Shorten the input or the answer.");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            table.Dispose();
        }

        base.Dispose(disposing);
    }

    private static Tensor Sinusoids(int positions, int width)
    {
        var values = new float[positions * width];
        var half = (width + 1) / 2;
        for (var position = 0; position < positions; position++)
        {
            for (var i = 0; i < width; i++)
            {
                var angle = position / Math.Pow(10000, 2 * (i / 2) / (double)width);
                values[(position * width) + (i % 2 == 0 ? i / 2 : half + (i / 2))] = (float)(i % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle));
            }
        }

        return tensor(values, [positions, width]);
    }
}
