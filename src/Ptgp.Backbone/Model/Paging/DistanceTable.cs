using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What a decoder's <see cref="RelativeBias"/> adds to scores, by how far a key lies before its query. Grows as it is asked for.</summary>
/// <param name="bias">The numbers that were learned.</param>
/// <param name="pool">What is looked at.</param>
internal sealed class DistanceTable(RelativeBias bias, KeyValuePool pool) : IDisposable
{
    private Tensor? far;

    /// <summary>Gets the numbers, the farthest first, <c>[heads, distances]</c>; empty where the processor does not read the pool.</summary>
    public float[] Near { get; private set; } = [];

    /// <summary>Gets the same of the pool's type on its device, the nearest first, and at last what hides, <c>[heads, distances + 1]</c>; where the processor does not read the pool.</summary>
    public Tensor Far => far ?? throw new InvalidOperationException("Ask for a number of distances first.");

    /// <summary>Gets where in <see cref="Far"/> it is that a key is hidden.</summary>
    public int Hidden { get; private set; }

    /// <summary>Makes sure that distances below a count are there.</summary>
    public void Reach(int count)
    {
        if (Hidden >= count)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var room = Math.Max(count, Math.Max(64, 2 * Hidden));
        // Of the last of so many queries, from the first key on.
        var all = bias.Between(room - 1, 1, room).view(-1, room).to_type(ScalarType.Float32);
        far?.Dispose();
        if (pool.IsNear)
        {
            Near = Generation.Host.Floats(all.contiguous());
        }
        else
        {
            far = cat([all.flip(1), all.narrow(1, 0, 1).full_like(Transformer.Masked)], 1).to_type(pool.Dtype).DetachFromDisposeScope();
        }

        Hidden = room;
    }

    /// <summary>Forgets all, because weights may have changed.</summary>
    public void Forget()
    {
        far?.Dispose();
        (far, Near, Hidden) = (null, [], 0);
    }

    public void Dispose() => far?.Dispose();
}
