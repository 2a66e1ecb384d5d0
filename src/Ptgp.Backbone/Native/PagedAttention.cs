using System.Buffers;
using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>Attention of single queries on the CPU, each to a list of its own of entries of a shared memory (Kwon et al. 2023), in float32. A query's result does not depend on what others ask for.</summary>
internal static unsafe class PagedAttention
{
    // Fewer multiplications than these are done before other threads have begun.
    private const long LeastShare = 1 << 18;

    /// <summary>Computes attention.</summary>
    /// <param name="queries">Rows of heads · head width numbers.</param>
    /// <param name="memory">What is remembered, <c>[entries, key heads · head width]</c> each, contiguous.</param>
    /// <param name="lines">What each row sees.</param>
    /// <param name="shape">How rows are divided into heads.</param>
    /// <param name="biases">What is added to the scores of each head, by how far an entry lies before the last that is seen, the farthest first, <c>[heads, distances]</c>; null for nothing.</param>
    /// <returns><c>[rows, heads · head width]</c>.</returns>
    public static Tensor Attend(RowBlock queries, KeyValues memory, IReadOnlyList<Line> lines, HeadShape shape, float[]? biases)
    {
        var result = empty([lines.Count, shape.Heads * shape.Width], ScalarType.Float32);
        float* from = queries.Data, keys = Data(memory.Keys), values = Data(memory.Values), to = Data(result);
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
        GC.KeepAlive(queries.Tensor);
        GC.KeepAlive(memory.Keys);
        GC.KeepAlive(memory.Values);
        return result;

        void Share(int first, int end)
        {
            var (inner, step) = (shape.Heads * shape.Width, queries.Step);
            var room = ArrayPool<float>.Shared.Rent(shape.Heads * PagedKernel.RoomFor(lines.Skip(first).Take(end - first).Max(line => line.Count)));
            fixed (float* scores = room)
            {
                for (var row = first; row < end; row++)
                {
                    AttendOne(from + (row * step), keys, values, lines[row], shape, biases, scores, to + ((long)row * inner));
                }
            }

            ArrayPool<float>.Shared.Return(room);
        }
    }

    /// <summary>Copies rows to places of a memory.</summary>
    /// <param name="from">The rows.</param>
    /// <param name="to"><c>[entries, width]</c>, contiguous.</param>
    /// <param name="rows">Which rows.</param>
    /// <param name="entries">Where each goes.</param>
    public static void Scatter(RowBlock from, Tensor to, ReadOnlySpan<int> rows, ReadOnlySpan<int> entries)
    {
        var (width, step) = ((int)to.size(1), from.Step);
        float* source = from.Data, target = Data(to);
        for (var i = 0; i < rows.Length; i++)
        {
            new ReadOnlySpan<float>(source + (rows[i] * step), width).CopyTo(new(target + ((long)entries[i] * width), width));
        }

        GC.KeepAlive(from.Tensor);
        GC.KeepAlive(to);
    }

    // Four entries at once, all heads of them, each from a quarter of the list: memory gives twice as much when it is read in several places, each in its order.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AttendOne(float* query, float* keys, float* values, Line line, HeadShape shape, float[]? biases, float* scores, float* to)
    {
        var (count, sharing, step) = (line.Count, shape.Heads / shape.KeyHeads, (long)shape.KeyHeads * shape.Width);
        var (room, quarter) = (PagedKernel.RoomFor(count), (count + 3) / 4);
        for (var i = 0; i < quarter; i++)
        {
            float* a = keys + (At(i) * step), b = keys + (At(i + quarter) * step), c = keys + (At(i + (2 * quarter)) * step), d = keys + (At(i + (3 * quarter)) * step);
            for (var head = 0; head < shape.Heads; head++)
            {
                var at = head / sharing * shape.Width;
                PagedKernel.Score(query + (head * shape.Width), a + at, b + at, c + at, d + at, shape.Width, shape.Scale, scores + (head * room) + i, quarter);
            }
        }

        fixed (float* added = biases)
        {
            for (var head = 0; head < shape.Heads; head++)
            {
                PagedKernel.Weigh(scores + (head * room), count, added is null ? null : added + ((head + 1) * (biases!.Length / shape.Heads)) - count);
            }
        }

        new Span<float>(to, shape.Heads * shape.Width).Clear();
        for (var i = 0; i < quarter; i++)
        {
            float* a = values + (At(i) * step), b = values + (At(i + quarter) * step), c = values + (At(i + (2 * quarter)) * step), d = values + (At(i + (3 * quarter)) * step);
            for (var head = 0; head < shape.Heads; head++)
            {
                var at = head / sharing * shape.Width;
                PagedKernel.Mix(scores + (head * room) + i, quarter, a + at, b + at, c + at, d + at, shape.Width, to + (head * shape.Width));
            }
        }

        // The last quarters are filled up with the last of all, whose further weights are 0.
        long At(int i) => line.Entries[line.First + Math.Min(i, line.Count - 1)];
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
