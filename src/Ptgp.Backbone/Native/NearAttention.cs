using System.Buffers;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>Attention of a few queries on the CPU, as decoding asks for it, computed here: what a mask hides is skipped, and libtorch's cost of starting each small product falls away.</summary>
internal static unsafe class NearAttention
{
    private const int MostQueries = 16;

    // With several threads, more multiplications than these are better shared among them.
    private const long LargestShare = 1 << 22;

    // What hides does so with the lowest numbers there are; nothing that is meant comes near.
    private const float Hidden = -1e30f;

    private static int Wide => Vector256<float>.Count;

    /// <summary>Tells whether attention is computed here.</summary>
    public static bool Fits(Tensor q, Tensor k, Tensor v, Tensor? mask) =>
        q.device_type == DeviceType.CPU && q.dtype == ScalarType.Float32 && q.size(2) <= MostQueries && q.NumberOfElements > 0 && k.size(2) > 0
        && (mask is null || mask.dtype == ScalarType.Float32)
        && q.size(3) % Wide == 0 && v.size(3) % Wide == 0 && q.stride(3) == 1 && k.stride(3) == 1 && v.stride(3) == 1
        && !is_grad_enabled()
        && (get_num_threads() == 1 || q.NumberOfElements * k.size(2) <= LargestShare);

    /// <summary>Computes <see cref="Ops.Attention"/>, whose checks have passed. In memory, the result is <c>[batch, queries, heads, width]</c>.</summary>
    public static Tensor Attend(Tensor q, Tensor k, Tensor v, Tensor? mask, double scale)
    {
        var (batch, heads, queries, keys) = ((int)q.size(0), (int)q.size(1), (int)q.size(2), (int)k.size(2));
        var (width, valueWidth) = ((int)q.size(3), (int)v.size(3));
        using var result = empty([batch, queries, heads, valueWidth], ScalarType.Float32);
        using var spread = mask?.expand(batch, heads, queries, keys);
        var (qs, ks, vs) = (Strides(q), Strides(k), Strides(v));
        var (ms, step) = spread is null ? default : (Strides(spread), spread.stride(3));
        float* from = Data(q), seen = Data(k), held = Data(v), to = Data(result);
        float* hides = spread is null ? null : Data(spread);
        var room = ArrayPool<float>.Shared.Rent(2 * keys);
        var places = ArrayPool<int>.Shared.Rent(keys);
        var added = room.AsSpan(0, keys);
        var weights = room.AsSpan(keys, keys);
        for (var b = 0; b < batch; b++)
        {
            for (var at = 0; at < queries; at++)
            {
                var visible = 0;
                for (var h = 0; h < heads; h++)
                {
                    if (h == 0 || ms.H != 0)
                    {
                        visible = Look(hides is null ? null : hides + (b * ms.B) + (h * ms.H) + (at * ms.L), step, keys, places, added);
                    }

                    var chosen = places.AsSpan(0, visible);
                    var scores = weights[..visible];
                    AttentionKernel.Score(from + (b * qs.B) + (h * qs.H) + (at * qs.L), seen + (b * ks.B) + (h * ks.H), ks.L, width, (float)scale, chosen, scores);
                    Hide(scores, added);
                    var whole = AttentionKernel.Exponentiate(scores);
                    AttentionKernel.Mix(scores, 1 / whole, held + (b * vs.B) + (h * vs.H), vs.L, valueWidth, chosen, to + ((((((long)b * queries) + at) * heads) + h) * valueWidth));
                }
            }
        }

        ArrayPool<float>.Shared.Return(room);
        ArrayPool<int>.Shared.Return(places);
        // Only their addresses were used above, which keeps nothing from being finalized.
        GC.KeepAlive(q);
        GC.KeepAlive(k);
        GC.KeepAlive(v);
        GC.KeepAlive(mask);
        return result.transpose(1, 2);
    }

    // Finds the keys that are not hidden, and what the mask adds to them. Where all are hidden, all are seen alike.
    private static int Look(float* mask, long step, int keys, int[] places, Span<float> added)
    {
        var visible = 0;
        for (var key = 0; key < keys; key++)
        {
            var here = mask is null ? 0 : mask[key * step];
            if (here > Hidden)
            {
                places[visible] = key;
                added[visible++] = here;
            }
        }

        if (visible > 0)
        {
            return visible;
        }

        for (var key = 0; key < keys; key++)
        {
            places[key] = key;
            added[key] = float.NegativeInfinity;
        }

        return keys;
    }

    private static void Hide(Span<float> scores, ReadOnlySpan<float> added)
    {
        if (float.IsNegativeInfinity(added[0]))
        {
            scores.Clear();                                       // all alike
            return;
        }

        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] += added[i];
        }
    }

    private static (long B, long H, long L) Strides(Tensor tensor) => (tensor.stride(0), tensor.stride(1), tensor.stride(2));

    private static float* Data(Tensor tensor) => (float*)TensorMemory.Of(tensor);
}
