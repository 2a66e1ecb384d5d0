using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ptgp.Backbone.Native;

/// <summary>What a query of one head asks of four entries at a time, whose keys and values lie anywhere, in float32 on the CPU: their scores, and the mixture of their values.</summary>
internal static unsafe class PagedKernel
{
    private static int Wide => Vector256<float>.Count;

    /// <summary>Rounds a number of entries up to what their scores take.</summary>
    public static int RoomFor(int count) => (count + Wide - 1) / Wide * Wide;

    /// <summary>Multiplies a query with four keys, and by a scale.</summary>
    /// <param name="query">The query.</param>
    /// <param name="a">The first key.</param>
    /// <param name="b">The second.</param>
    /// <param name="c">The third.</param>
    /// <param name="d">The fourth.</param>
    /// <param name="width">How many numbers each has.</param>
    /// <param name="scale">The scale.</param>
    /// <param name="scores">Where the first product goes.</param>
    /// <param name="apart">How far behind it each further one goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Score(float* query, float* a, float* b, float* c, float* d, int width, float scale, float* scores, long apart)
    {
        var (first, second, third, fourth) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var at = 0;
        for (; at <= width - Wide; at += Wide)
        {
            var part = Vector256.Load(query + at);
            first = Vector256.FusedMultiplyAdd(part, Vector256.Load(a + at), first);
            second = Vector256.FusedMultiplyAdd(part, Vector256.Load(b + at), second);
            third = Vector256.FusedMultiplyAdd(part, Vector256.Load(c + at), third);
            fourth = Vector256.FusedMultiplyAdd(part, Vector256.Load(d + at), fourth);
        }

        var sums = Sums(first, second, third, fourth);
        for (; at < width; at++)
        {
            sums += Vector128.Create(query[at]) * Vector128.Create(a[at], b[at], c[at], d[at]);
        }

        sums *= scale;
        (scores[0], scores[apart], scores[2 * apart], scores[3 * apart]) = (sums[0], sums[1], sums[2], sums[3]);
    }

    /// <summary>Makes weights of scores: their exponentials, which sum to 1.</summary>
    /// <param name="scores">The scores, with <see cref="RoomFor"/> them; what is left of it becomes 0.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="added">What is added to them first; null for nothing.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weigh(float* scores, int count, float* added)
    {
        var at = 0;
        if (added is not null)
        {
            for (; at <= count - Wide; at += Wide)
            {
                (Vector256.Load(scores + at) + Vector256.Load(added + at)).Store(scores + at);
            }

            for (; at < count; at++)
            {
                scores[at] += added[at];
            }
        }

        var room = RoomFor(count);
        for (at = count; at < room; at++)
        {
            scores[at] = float.NegativeInfinity;
        }

        var most = Vector256.Load(scores);
        for (at = Wide; at < room; at += Wide)
        {
            most = Vector256.Max(most, Vector256.Load(scores + at));
        }

        var four = Vector128.Max(most.GetLower(), most.GetUpper());
        var greatest = Vector256.Create(MathF.Max(MathF.Max(four[0], four[1]), MathF.Max(four[2], four[3])));
        var sum = Vector256<float>.Zero;
        for (at = 0; at < room; at += Wide)
        {
            var power = Exponential.Of(Vector256.Load(scores + at) - greatest);
            power.Store(scores + at);
            sum += power;
        }

        var share = Vector256.Create(1 / Vector256.Sum(sum));
        for (at = 0; at < room; at += Wide)
        {
            (Vector256.Load(scores + at) * share).Store(scores + at);
        }
    }

    /// <summary>Adds four values by their weights to a mixture.</summary>
    /// <param name="weights">The first one's weight.</param>
    /// <param name="apart">How far behind it each further one's lies.</param>
    /// <param name="a">The first value.</param>
    /// <param name="b">The second.</param>
    /// <param name="c">The third.</param>
    /// <param name="d">The fourth.</param>
    /// <param name="width">How many numbers each has.</param>
    /// <param name="to">The mixture.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Mix(float* weights, long apart, float* a, float* b, float* c, float* d, int width, float* to)
    {
        var (first, second, third, fourth) = (Vector256.Create(weights[0]), Vector256.Create(weights[apart]), Vector256.Create(weights[2 * apart]), Vector256.Create(weights[3 * apart]));
        var at = 0;
        for (; at <= width - Wide; at += Wide)
        {
            var sum = Vector256.FusedMultiplyAdd(first, Vector256.Load(a + at), Vector256.Load(to + at));
            sum = Vector256.FusedMultiplyAdd(second, Vector256.Load(b + at), sum);
            sum = Vector256.FusedMultiplyAdd(third, Vector256.Load(c + at), sum);
            Vector256.FusedMultiplyAdd(fourth, Vector256.Load(d + at), sum).Store(to + at);
        }

        for (; at < width; at++)
        {
            to[at] += (weights[0] * a[at]) + (weights[apart] * b[at]) + (weights[2 * apart] * c[at]) + (weights[3 * apart] * d[at]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Sums(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        var (first, second, third, fourth) = (a.GetLower() + a.GetUpper(), b.GetLower() + b.GetUpper(), c.GetLower() + c.GetUpper(), d.GetLower() + d.GetUpper());
        return Sse3.IsSupported
            ? Sse3.HorizontalAdd(Sse3.HorizontalAdd(first, second), Sse3.HorizontalAdd(third, fourth))
            : Vector128.Create(Vector128.Sum(first), Vector128.Sum(second), Vector128.Sum(third), Vector128.Sum(fourth));
    }
}
