using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ptgp.Backbone.Native;

/// <summary>What one query of one head asks of the entries that it sees, in float32 on the CPU: their scores, the softmax of these, the mixture of their values.</summary>
internal static unsafe class AttentionKernel
{
    private static int Wide => Vector256<float>.Count;

    /// <summary>Multiplies a query with the key of each entry, and by a scale.</summary>
    /// <param name="query">The query.</param>
    /// <param name="keys">The first entry's key.</param>
    /// <param name="step">How far entries lie apart.</param>
    /// <param name="width">How many numbers a key has.</param>
    /// <param name="scale">The scale.</param>
    /// <param name="entries">The entries.</param>
    /// <param name="scores">Where the products go, one an entry.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Score(float* query, float* keys, long step, int width, float scale, ReadOnlySpan<int> entries, Span<float> scores)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            var key = keys + (entries[i] * step);
            var (sum, other) = (Vector256<float>.Zero, Vector256<float>.Zero);
            var d = 0;
            for (; d <= width - (2 * Wide); d += 2 * Wide)
            {
                sum = Vector256.FusedMultiplyAdd(Vector256.Load(query + d), Vector256.Load(key + d), sum);
                other = Vector256.FusedMultiplyAdd(Vector256.Load(query + d + Wide), Vector256.Load(key + d + Wide), other);
            }

            var score = Vector256.Sum(sum + other);
            for (; d < width; d++)
            {
                score += query[d] * key[d];
            }

            scores[i] = score * scale;
        }
    }

    /// <summary>Replaces scores by their exponentials, the greatest being 1, and sums them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Exponentiate(Span<float> scores)
    {
        var most = float.NegativeInfinity;
        foreach (var score in scores)
        {
            most = MathF.Max(most, score);
        }

        var (sum, shift, at) = (Vector256<float>.Zero, Vector256.Create(most), 0);
        for (; at <= scores.Length - Wide; at += Wide)
        {
            var power = Exponential.Of(Vector256.Create<float>(scores[at..]) - shift);
            power.CopyTo(scores[at..]);
            sum += power;
        }

        var whole = Vector256.Sum(sum);
        for (; at < scores.Length; at++)
        {
            scores[at] = MathF.Exp(scores[at] - most);
            whole += scores[at];
        }

        return whole;
    }

    /// <summary>Sums values by their weights.</summary>
    /// <param name="weights">The weight of each entry.</param>
    /// <param name="share">What the sum is multiplied by.</param>
    /// <param name="values">The first entry's value.</param>
    /// <param name="step">How far entries lie apart.</param>
    /// <param name="width">How many numbers a value has.</param>
    /// <param name="entries">The entries.</param>
    /// <param name="to">Where the sum goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Mix(ReadOnlySpan<float> weights, float share, float* values, long step, int width, ReadOnlySpan<int> entries, float* to)
    {
        var d = 0;
        for (; d <= width - (4 * Wide); d += 4 * Wide)
        {
            // Four sums at once, because each alone would wait for its own last addition.
            var (first, second, third, fourth) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
            for (var i = 0; i < entries.Length; i++)
            {
                var weight = Vector256.Create(weights[i]);
                var value = values + (entries[i] * step) + d;
                first = Vector256.FusedMultiplyAdd(weight, Vector256.Load(value), first);
                second = Vector256.FusedMultiplyAdd(weight, Vector256.Load(value + Wide), second);
                third = Vector256.FusedMultiplyAdd(weight, Vector256.Load(value + (2 * Wide)), third);
                fourth = Vector256.FusedMultiplyAdd(weight, Vector256.Load(value + (3 * Wide)), fourth);
            }

            var all = Vector256.Create(share);
            (first * all).Store(to + d);
            (second * all).Store(to + d + Wide);
            (third * all).Store(to + d + (2 * Wide));
            (fourth * all).Store(to + d + (3 * Wide));
        }

        for (; d <= width - Wide; d += Wide)
        {
            var sum = Vector256<float>.Zero;
            for (var i = 0; i < entries.Length; i++)
            {
                sum = Vector256.FusedMultiplyAdd(Vector256.Create(weights[i]), Vector256.Load(values + (entries[i] * step) + d), sum);
            }

            (sum * Vector256.Create(share)).Store(to + d);
        }

        for (; d < width; d++)
        {
            var sum = 0f;
            for (var i = 0; i < entries.Length; i++)
            {
                sum += weights[i] * values[(entries[i] * step) + d];
            }

            to[d] = sum * share;
        }
    }
}
