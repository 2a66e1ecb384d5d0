using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Turns queries and keys to their positions (Su et al. 2021): value i and value i + half of what turns are the two coordinates of a point.</summary>
/// <param name="Cosines">Of both coordinates, <c>[batch or 1, 1, length, 2 · half]</c>.</param>
/// <param name="Sines">Likewise; those of the first coordinate are negative.</param>
internal readonly record struct Rotation(Tensor Cosines, Tensor Sines)
{
    /// <summary>Computes how far each pair of values turns from one position to the next, <c>[batch or 1, 1, half]</c>.</summary>
    public static Tensor Waves(RotaryConfig config, Places places, Device device)
    {
        var waves = config.DependsOnLength && places.Rows is not null
            ? stack(places.Lasts.Select(last => tensor(config.Frequencies((int)last + 1))))     // each row by its own length, not by its batch's
            : tensor(config.Frequencies(places.End)).unsqueeze(0);
        return waves.to(device).unsqueeze(1);
    }

    /// <summary>Computes the angles of some places.</summary>
    public static Rotation At(RotaryConfig config, Tensor waves, Places places, Device device, ScalarType dtype)
    {
        var angles = (places.At(device).to_type(ScalarType.Float32).unsqueeze(-1) * waves).unsqueeze(1);
        var (cosines, sines) = (angles.cos(), angles.sin());
        if (config.Sharpness != 1)
        {
            using TorchSharp.Scalar factor = config.Sharpness;
            (cosines, sines) = (cosines.mul(factor), sines.mul(factor));
        }

        return new(cat([cosines, cosines], -1).to_type(dtype), cat([sines.neg(), sines], -1).to_type(dtype));
    }

    /// <summary>Turns <c>[batch, heads, length, head width]</c>.</summary>
    public Tensor Apply(Tensor x)
    {
        var width = Cosines.size(-1);
        var points = x.size(-1) == width ? x : x.narrow(-1, 0, width);
        // The other coordinate of each point stands where half the width takes it, round and round.
        var turned = Ops.Add(points * Cosines, points.roll(width / 2, -1) * Sines);
        return x.size(-1) == width ? turned : cat([turned, x.narrow(-1, width, x.size(-1) - width)], -1);
    }
}
