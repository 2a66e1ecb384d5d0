using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>A vector for each distance: sines in the first half, cosines in the second, of periods from 2π to 2π · 10⁴ (Dai et al. 2019, section 3.3).</summary>
internal sealed class Distances(TransformerConfig config, StackConfig stack)
{
    private readonly float[] frequencies = [.. Enumerable.Range(0, config.Width / 2).Select(i => (float)Math.Pow(10000, -2.0 * i / config.Width))];

    /// <summary>Makes the vectors of the distances from <paramref name="count"/> − 1 down to 0: <c>[count, width]</c>.</summary>
    public Tensor Down(int count, Device device, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var most = stack.DistanceLimit > 0 ? stack.DistanceLimit : int.MaxValue;
        float[] distances = [.. Enumerable.Range(0, count).Select(i => (float)Math.Min(count - 1 - i, most))];
        var angles = tensor(distances, device: device).unsqueeze(1) * tensor(frequencies, device: device).unsqueeze(0);
        return cat([angles.sin(), angles.cos()], 1).to_type(dtype).MoveToOuterDisposeScope();
    }
}
