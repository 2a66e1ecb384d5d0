using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What a decoder's <see cref="RelativeBias"/> adds to scores, by how far a key lies before its query. Grows as it is asked for.</summary>
internal sealed class DistanceTable(RelativeBias bias) : IDisposable
{
    private float[,] near = new float[0, 0];
    private Tensor? far;

    /// <summary>Gets the numbers, <c>[heads, distances]</c>.</summary>
    public float[,] Near => near;

    /// <summary>Gets the same on the backbone's device, float32.</summary>
    public Tensor Far => far ?? throw new InvalidOperationException("Ask for a number of distances first.");

    /// <summary>Makes sure that distances below a count are there.</summary>
    public void Reach(int count)
    {
        if (near.GetLength(1) >= count)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var room = Math.Max(count, Math.Max(64, 2 * near.GetLength(1)));
        // Of the last of so many queries, from itself on back.
        far?.Dispose();
        far = bias.Between(room - 1, 1, room).view(-1, room).flip(1).to_type(ScalarType.Float32).contiguous().DetachFromDisposeScope();
        var heads = (int)far.size(0);
        var values = Generation.Host.Floats(far);
        near = new float[heads, room];
        Buffer.BlockCopy(values, 0, near, 0, values.Length * sizeof(float));
    }

    /// <summary>Forgets all, because weights may have changed.</summary>
    public void Forget()
    {
        far?.Dispose();
        (far, near) = (null, new float[0, 0]);
    }

    public void Dispose() => far?.Dispose();
}
