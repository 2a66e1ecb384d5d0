using System.Buffers;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>Attention of single queries on the CPU, each to a list of its own of entries of a shared memory (Kwon et al. 2023), in float32. A query's result does not depend on what others ask for.</summary>
internal static unsafe class PagedAttention
{
    // Fewer multiplications than these are done before other threads have begun.
    private const long LeastShare = 1 << 18;

    private static int Wide => Vector256<float>.Count;

    /// <summary>Computes attention.</summary>
    /// <param name="queries"><c>[rows, heads · head width]</c>; each row contiguous.</param>
    /// <param name="memory">What is remembered, <c>[entries, key heads · head width]</c> each, contiguous.</param>
    /// <param name="lines">What each row sees.</param>
    /// <param name="shape">How rows are divided into heads.</param>
    /// <param name="biases">What is added to the scores of each head, by how far an entry lies before the last that is seen, <c>[heads, distances]</c>; null for nothing.</param>
    /// <returns><c>[rows, heads · head width]</c>.</returns>
    public static Tensor Attend(Tensor queries, KeyValues memory, IReadOnlyList<Line> lines, HeadShape shape, float[,]? biases)
    {
        var result = empty(queries.shape, ScalarType.Float32);
        float* from = Data(queries), keys = Data(memory.Keys), values = Data(memory.Values), to = Data(result);
        var work = lines.Sum(line => (long)line.Count) * shape.Heads * shape.Width;
        var shares = (int)Math.Clamp(work / LeastShare, 1, Math.Min(get_num_threads(), lines.Count));
        if (shares == 1)
        {
            Share(0, lines.Count);
        }
        else
        {
            Parallel.For(0, shares, share => Share(lines.Count * share / shares, lines.Count * (share + 1) / shares));
        }

        // Only their addresses were used above, which keeps nothing from being finalized.
        GC.KeepAlive(queries);
        GC.KeepAlive(memory.Keys);
        GC.KeepAlive(memory.Values);
        return result;

        void Share(int first, int end)
        {
            var (inner, step) = (shape.Heads * shape.Width, queries.stride(0));
            var scores = ArrayPool<float>.Shared.Rent(lines.Skip(first).Take(end - first).Max(line => line.Count));
            for (var row = first; row < end; row++)
            {
                AttendOne(from + (row * step), keys, values, lines[row], shape, biases, scores, to + ((long)row * inner));
            }

            ArrayPool<float>.Shared.Return(scores);
        }
    }

    /// <summary>Copies rows to places of a memory.</summary>
    /// <param name="from"><c>[rows, width]</c>; each row contiguous.</param>
    /// <param name="to"><c>[entries, width]</c>, contiguous.</param>
    /// <param name="rows">Which rows.</param>
    /// <param name="entries">Where each goes.</param>
    public static void Scatter(Tensor from, Tensor to, ReadOnlySpan<int> rows, ReadOnlySpan<int> entries)
    {
        var (width, step) = ((int)to.size(1), from.stride(0));
        float* source = Data(from), target = Data(to);
        for (var i = 0; i < rows.Length; i++)
        {
            new ReadOnlySpan<float>(source + (rows[i] * step), width).CopyTo(new(target + ((long)entries[i] * width), width));
        }

        GC.KeepAlive(from);
        GC.KeepAlive(to);
    }

    private static void AttendOne(float* query, float* keys, float* values, Line line, HeadShape shape, float[,]? biases, float[] room, float* to)
    {
        var (sharing, step) = (shape.Heads / shape.KeyHeads, (long)shape.KeyHeads * shape.Width);
        var entries = line.Entries.AsSpan(line.First, line.Count);
        var scores = room.AsSpan(0, line.Count);
        for (var head = 0; head < shape.Heads; head++)
        {
            var (own, at) = (head * shape.Width, (long)(head / sharing) * shape.Width);
            Score(query + own, keys + at, step, shape, entries, scores);
            if (biases is not null)
            {
                for (var i = 0; i < scores.Length; i++)
                {
                    scores[i] += biases[head, scores.Length - 1 - i];
                }
            }

            var whole = Exponentiate(scores);
            Mix(scores, 1 / whole, values + at, step, shape.Width, entries, to + own);
        }
    }

    private static void Score(float* query, float* keys, long step, HeadShape shape, ReadOnlySpan<int> entries, Span<float> scores)
    {
        var width = shape.Width;
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

            scores[i] = score * shape.Scale;
        }
    }

    // Replaces scores by their exponentials, the greatest being 1, and sums them.
    private static float Exponentiate(Span<float> scores)
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

    private static void Mix(ReadOnlySpan<float> weights, float share, float* values, long step, int width, ReadOnlySpan<int> entries, float* to)
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

    private static float* Data(Tensor tensor) => (float*)TensorMemory.Of(tensor);

    /// <summary>What a query sees: some of a list of entries.</summary>
    /// <param name="Entries">The list, in the order of positions.</param>
    /// <param name="First">The first that is seen.</param>
    /// <param name="Count">How many are seen; at least one.</param>
    public readonly record struct Line(int[] Entries, int First, int Count);

    /// <summary>How numbers are divided into heads.</summary>
    /// <param name="Heads">The heads of queries.</param>
    /// <param name="KeyHeads">The heads of keys, each shared by as many heads of queries.</param>
    /// <param name="Width">The numbers of a head.</param>
    /// <param name="Scale">What scores are multiplied by.</param>
    public readonly record struct HeadShape(int Heads, int KeyHeads, int Width, float Scale);
}
