using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>A vector for each position, learned or made of sines and cosines.</summary>
internal sealed class Positions : nn.Module
{
    private readonly Tensor table;                                // [offset + positions, width]
    private readonly int offset;

    public Positions(string path, ParameterSource source, TransformerConfig config, StackConfig stack) : base(nameof(Positions))
    {
        offset = config.PositionOffset;
        var (kind, name, rows) = (stack.Positions ?? config.Positions, path + ".weight", (stack.MaxPositions ?? config.MaxPositions) + offset);
        if (kind == PositionKind.Learned)
        {
            var learned = new Parameter(source.Get(name, [rows, config.Width], new(0, 0.02)), source.IsTrainable);
            register_parameter("weight", learned);
            table = learned;
        }
        else if (source.Find(name, [rows, config.Width]) is { } stored)
        {
            table = stored.DetachFromDisposeScope();
            Stored = KeyValuePair.Create(name, table);
        }
        else
        {
            var values = kind == PositionKind.SinusoidalToEnd ? SinusoidsToEnd(rows, config.Width) : Sinusoids(rows, config.Width);
            if (config.SkipsPadding)
            {
                values.AsSpan((offset - 1) * config.Width, config.Width).Clear();
            }

            table = tensor(values, [rows, config.Width]).to(source.Device).DetachFromDisposeScope();
        }
    }

    /// <summary>Gets the table and its name where a checkpoint stored it though it is not learned; null otherwise.</summary>
    public KeyValuePair<string, Tensor>? Stored { get; }

    /// <summary>Gets the vectors of some places, <c>[batch or 1, length, width]</c>. Padding that takes no position gets the row before the first one, if there is one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many positions.</exception>
    public Tensor At(Places places)
    {
        var all = table.size(0) - offset;
        return places.End <= all
            ? places.Pick(table, offset)
            : throw new ArgumentOutOfRangeException(nameof(places), $"The backbone has {all} positions, but {places.End} are needed. Shorten the input or the answer.");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            table.Dispose();
        }

        base.Dispose(disposing);
    }

    private static float[] Sinusoids(int positions, int width)
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

        return values;
    }

    // In single precision, as the reference computes it: far positions show the difference. The last column of an odd width stays 0.
    private static float[] SinusoidsToEnd(int positions, int width)
    {
        var values = new float[positions * width];
        var half = width / 2;
        var step = (float)(Math.Log(10000) / (half - 1));
        for (var position = 0; position < positions; position++)
        {
            for (var i = 0; i < half; i++)
            {
                (values[(position * width) + i], values[(position * width) + half + i]) = MathF.SinCos(position * MathF.Exp(i * -step));
            }
        }

        return values;
    }
}
