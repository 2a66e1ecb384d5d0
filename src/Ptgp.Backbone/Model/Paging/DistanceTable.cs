using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What a decoder's <see cref="RelativeBias"/> adds to scores, by how far a key lies before its query. Grows as it is asked for.</summary>
internal sealed class DistanceTable(RelativeBias bias) : IDisposable
{
    private float[] near = [];
    private int reach;
    private Tensor? far;

    /// <summary>Gets the numbers, the farthest first: <c>[heads, distances]</c>.</summary>
    public float[] Near => near;

    /// <summary>Gets the same on the backbone's device, the nearest first, float32.</summary>
    public Tensor Far => far ?? throw new InvalidOperationException("Ask for a number of distances first.");

    /// <summary>Makes sure that distances below a count are there.</summary>
    public void Reach(int count)
    {
        if (reach >= count)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var room = Math.Max(count, Math.Max(64, 2 * reach));
        // Of the last of so many queries, from the first key on.
        far?.Dispose();
        var all = bias.Between(room - 1, 1, room).view(-1, room).to_type(ScalarType.Float32).contiguous();
        far = all.flip(1).contiguous().DetachFromDisposeScope();
        (near, reach) = (Generation.Host.Floats(all), room);
    }

    /// <summary>Forgets all, because weights may have changed.</summary>
    public void Forget()
    {
        far?.Dispose();
        (far, near, reach) = (null, [], 0);
    }

    public void Dispose() => far?.Dispose();
}
