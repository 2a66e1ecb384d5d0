using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>A learned number for each head and bucket of distances, added to attention scores (Raffel et al. 2020, section 2.1).</summary>
internal sealed class RelativeBias : nn.Module
{
    private readonly Parameter weight;                            // [buckets, heads]
    private readonly int buckets, maxDistance;
    private readonly bool isBidirectional;

    public RelativeBias(string path, ParameterSource source, TransformerConfig config, StackConfig stack, bool isBidirectional) : base(nameof(RelativeBias))
    {
        (buckets, maxDistance, this.isBidirectional) = (config.RelativeBuckets, config.RelativeMaxDistance, isBidirectional);
        weight = new Parameter(source.Get(path + ".weight", [buckets, stack.Heads], new(0, Math.Pow(config.Width, -0.5))), source.IsTrainable);
        register_parameter("weight", weight);
    }

    /// <summary>Computes the bias of queries at <paramref name="start"/> and after for the keys from 0 to the last query, or <paramref name="keys"/> of them: <c>[1, heads, queries, keys]</c>.</summary>
    public Tensor Between(int start, int queries, int keys)
    {
        using var scope = NewDisposeScope();
        var index = new long[queries * keys];
        for (var query = 0; query < queries; query++)
        {
            for (var key = 0; key < keys; key++)
            {
                index[(query * keys) + key] = Bucket(key - start - query);
            }
        }

        return weight.index_select(0, tensor(index, device: weight.device)).view(queries, keys, -1).permute(2, 0, 1).unsqueeze(0).MoveToOuterDisposeScope();
    }

    // In single precision, as the reference computes it: at the border of a bucket rounding decides.
    private long Bucket(int keyMinusQuery)
    {
        var (count, first, distance) = isBidirectional
            ? (buckets / 2, keyMinusQuery > 0 ? buckets / 2 : 0, Math.Abs(keyMinusQuery))
            : (buckets, 0, Math.Max(0, -keyMinusQuery));
        var exact = count / 2;
        if (distance < exact)
        {
            return first + distance;
        }

        var share = MathF.Log(distance / (float)exact) / (float)Math.Log((double)maxDistance / exact);
        return first + Math.Min(count - 1, exact + (long)(share * (count - exact)));
    }
}
