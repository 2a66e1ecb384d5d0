using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Generation;

/// <summary>What decoding asks of all scores of a step. On the CPU it is computed here, in few passes over rows that stay in the nearest cache; elsewhere by the device.</summary>
internal static class RowKernels
{
    private static int Wide => Vector256<float>.Count;

    /// <summary>Computes the logarithm of each row's summed exponentials: <c>[rows, vocabulary]</c> to <c>[rows]</c>.</summary>
    public static Tensor LogSumExp(Tensor scores)
    {
        if (!IsNear(scores))
        {
            return scores.logsumexp(1);
        }

        var (rows, columns) = ((int)scores.size(0), (int)scores.size(1));
        var result = empty(rows, ScalarType.Float32);
        var from = Values(scores);
        var to = Values(result);
        for (var row = 0; row < rows; row++)
        {
            to[row] = LogSumExp(from.Slice(row * columns, columns));
        }

        return result;
    }

    /// <summary>Finds the best continuations of each source.</summary>
    /// <param name="scores">Scores, <c>[sources · beams, vocabulary]</c>.</param>
    /// <param name="normalizers">What is taken from each row to make log-probabilities, <c>[rows]</c>; null when they are.</param>
    /// <param name="sums">The summed log-probability of each row so far.</param>
    /// <param name="beams">How many rows a source has.</param>
    /// <param name="count">How many continuations are wanted of each source.</param>
    /// <returns>Summed log-probabilities, best first, and their places (row within the source · vocabulary + id), each <c>[sources, count]</c>; negative infinity where there are no more.</returns>
    public static (float[] Sums, long[] Places) Best(Tensor scores, Tensor? normalizers, float[] sums, int beams, int count)
    {
        var columns = (int)scores.size(1);
        var sources = sums.Length / beams;
        var (best, places) = (new float[sources * count], new long[sources * count]);
        best.AsSpan().Fill(float.NegativeInfinity);
        if (!IsNear(scores))
        {
            AddFarBest(scores, normalizers, sums, beams, best, places);
            return (best, places);
        }

        var from = Values(scores);
        var normal = normalizers is null ? [] : Values(normalizers);
        for (var row = 0; row < sums.Length; row++)
        {
            var normalizer = normalizers is null ? 0 : normal[row];
            if (!float.IsNegativeInfinity(sums[row]) && !float.IsNegativeInfinity(normalizer))
            {
                var offset = sums[row] - normalizer;
                var at = row / beams * count;
                AddBest(from.Slice(row * columns, columns), offset, (long)(row % beams) * columns, best.AsSpan(at, count), places.AsSpan(at, count));
            }
        }

        return (best, places);
    }

    /// <summary>Sums log-probabilities of single tokens.</summary>
    /// <param name="scores">Scores, <c>[rows, vocabulary]</c>.</param>
    /// <param name="normalizers">What is taken from each row to make log-probabilities, <c>[rows]</c>.</param>
    /// <param name="places">Where the tokens are: row · vocabulary + id.</param>
    /// <param name="before">Gives the sum that a place's row has before.</param>
    public static float[] Sums(Tensor scores, Tensor normalizers, long[] places, Func<long, float> before)
    {
        var at = tensor(places, device: scores.device);
        var values = Host.Floats(scores.view(-1).index_select(0, at));
        var normal = Host.Floats(normalizers.index_select(0, tensor([.. places.Select(place => place / scores.size(1))], device: scores.device)));
        return [.. values.Select((value, i) => float.IsNegativeInfinity(normal[i]) ? float.NegativeInfinity : before(places[i]) - normal[i] + value)];
    }

    /// <summary>Finds the score that as many of a row reach; negative infinity where fewer are allowed.</summary>
    public static float Best(ReadOnlySpan<float> row, int count)
    {
        // Inserting in order is the quicker way to a few, sorting to many.
        if (count > 512)
        {
            var sorted = row.ToArray();
            Array.Sort(sorted);
            return sorted[^count];
        }

        var best = new float[count];
        Array.Fill(best, float.NegativeInfinity);
        AddBest(row, 0, 0, best, new long[count]);
        return best[^1];
    }

    /// <summary>Finds the first score, from a place on, that reaches a bar; the length of the row where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int FirstFrom(ReadOnlySpan<float> row, int at, float bar)
    {
        var wide = Vector256.Create(bar);
        while (at < row.Length)
        {
            if (at <= row.Length - Wide && !Vector256.GreaterThanOrEqualAny(Vector256.Create(row[at..]), wide))
            {
                at += Wide;
            }
            else if (row[at] >= bar)
            {
                return at;
            }
            else
            {
                at++;
            }
        }

        return row.Length;
    }

    /// <summary>Tells whether scores lie where the processor reaches them.</summary>
    public static bool IsNear(Tensor scores) => scores.device_type == DeviceType.CPU && scores.dtype == ScalarType.Float32 && scores.is_contiguous() && scores.NumberOfElements <= int.MaxValue / sizeof(float);

    /// <summary>Looks at the values of a tensor that <see cref="IsNear"/>.</summary>
    public static Span<float> Values(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    // The device finds the best of each row, and all that it found comes in one copy: what rows begin with changes nothing about their order.
    private static void AddFarBest(Tensor scores, Tensor? normalizers, float[] sums, int beams, float[] best, long[] places)
    {
        var (columns, count) = (scores.size(1), best.Length / (sums.Length / beams));
        var each = (int)Math.Min(count, columns);
        var (values, ids) = scores.topk(each, 1);
        // Ids are whole numbers below 2²⁴, which float32 holds.
        var found = Host.Floats(cat(normalizers is null ? [values, ids.to_type(ScalarType.Float32)] : [values, ids.to_type(ScalarType.Float32), normalizers.view(-1, 1)], 1));
        var width = found.Length / sums.Length;
        for (var row = 0; row < sums.Length; row++)
        {
            var own = found.AsSpan(row * width, width);
            var normalizer = normalizers is null ? 0 : own[^1];
            if (!float.IsNegativeInfinity(sums[row]) && !float.IsNegativeInfinity(normalizer))
            {
                var (at, offset) = (row / beams * count, sums[row] - normalizer);
                if (float.IsNaN(offset) || float.IsNaN(own[0]))
                {
                    best[at] = float.NaN;                         // whoever reads it says what is wrong
                    continue;
                }

                for (var i = 0; i < each; i++)
                {
                    Add(own[i] + offset, (row % beams * columns) + (long)own[each + i], best.AsSpan(at, count), places.AsSpan(at, count));
                }
            }
        }
    }

    // Optimized from the first call on, as all that passes over a vocabulary: it is called a few times a step, and each time for long.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float LogSumExp(ReadOnlySpan<float> row)
    {
        var most = Max(row);
        if (!float.IsFinite(most))
        {
            return most;
        }

        var shift = Vector256.Create(most);
        var (sum, other) = (Vector256<float>.Zero, Vector256<float>.Zero);
        var at = 0;
        for (; at <= row.Length - (2 * Wide); at += 2 * Wide)
        {
            sum += Exponential.Of(Vector256.Create(row[at..]) - shift);
            other += Exponential.Of(Vector256.Create(row[(at + Wide)..]) - shift);
        }

        var rest = Vector256.Sum(sum + other);
        for (; at < row.Length; at++)
        {
            rest += MathF.Exp(row[at] - most);
        }

        return most + MathF.Log(rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Max(ReadOnlySpan<float> row)
    {
        var (most, other) = (Vector256.Create(float.NegativeInfinity), Vector256.Create(float.NegativeInfinity));
        var at = 0;
        for (; at <= row.Length - (2 * Wide); at += 2 * Wide)
        {
            most = Vector256.Max(most, Vector256.Create(row[at..]));
            other = Vector256.Max(other, Vector256.Create(row[(at + Wide)..]));
        }

        most = Vector256.Max(most, other);
        var result = most[0];
        for (var i = 1; i < Wide; i++)
        {
            result = MathF.Max(result, most[i]);
        }

        for (; at < row.Length; at++)
        {
            result = MathF.Max(result, row[at]);
        }

        return result;                                            // not a number if one score is none
    }

    // Inserts what is better than the worst of the best so far; after the first few hundred scores hardly any is.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddBest(ReadOnlySpan<float> row, float offset, long firstPlace, Span<float> best, Span<long> places)
    {
        var at = 0;
        if (float.IsNaN(offset))
        {
            best[0] = offset;                                     // whoever reads it says what is wrong
            return;
        }

        for (; at <= row.Length - (4 * Wide); at += 4 * Wide)
        {
            var bar = Vector256.Create(best[^1]);
            var shift = Vector256.Create(offset);
            var hits = Vector256.GreaterThan(Vector256.Create(row[at..]) + shift, bar)
                | Vector256.GreaterThan(Vector256.Create(row[(at + Wide)..]) + shift, bar)
                | Vector256.GreaterThan(Vector256.Create(row[(at + (2 * Wide))..]) + shift, bar)
                | Vector256.GreaterThan(Vector256.Create(row[(at + (3 * Wide))..]) + shift, bar);
            if (hits != Vector256<float>.Zero)
            {
                AddEach(row.Slice(at, 4 * Wide), offset, firstPlace + at, best, places);
            }
        }

        AddEach(row[at..], offset, firstPlace + at, best, places);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddEach(ReadOnlySpan<float> few, float offset, long firstPlace, Span<float> best, Span<long> places)
    {
        for (var i = 0; i < few.Length; i++)
        {
            if (few[i] + offset > best[^1])
            {
                Add(few[i] + offset, firstPlace + i, best, places);
            }
        }
    }

    // Inserts a sum where it is better than the worst.
    private static void Add(float sum, long at, Span<float> best, Span<long> places)
    {
        if (!(sum > best[^1]))
        {
            return;
        }

        var place = best.Length - 1;
        for (; place > 0 && best[place - 1] < sum; place--)
        {
            best[place] = best[place - 1];
            places[place] = places[place - 1];
        }

        best[place] = sum;
        places[place] = at;
    }
}
