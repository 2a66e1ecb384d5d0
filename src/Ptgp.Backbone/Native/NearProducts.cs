using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ptgp.Backbone.Native;

/// <summary>Sums of products of 8-bit numbers for a few rows: each weight is read once from memory, which is all that one row costs. oneDNN's product of one row takes twice that.</summary>
internal static unsafe class NearProducts
{
    /// <summary>The most rows that it is worth trying for.</summary>
    public const int MostRows = 4;

    // Fewer multiplications than these are done before other threads have begun.
    private const long LeastShare = 1 << 20;

    private static int Wide => Vector256<short>.Count;

    /// <summary>Gets whether this processor has the instructions.</summary>
    public static bool IsAvailable => Avx2.IsSupported;

    /// <summary>Multiplies rows with weights, and sums exactly.</summary>
    /// <param name="x">The rows, from 0 to 255.</param>
    /// <param name="rows">How many they are.</param>
    /// <param name="weights"><c>[outputs, inputs]</c>, from −127 to 127.</param>
    /// <param name="inputs">How many numbers a row has.</param>
    /// <param name="outputs">How many sums a row gives.</param>
    /// <param name="sums">Where they go, <c>[rows, outputs]</c>.</param>
    public static void Sum(byte* x, int rows, sbyte* weights, int inputs, int outputs, int* sums)
    {
        var room = ArrayPool<short>.Shared.Rent(rows * inputs);
        fixed (short* wide = room)
        {
            Widen(x, rows * inputs, wide);
            var shares = (int)Math.Clamp((long)inputs * outputs * rows / LeastShare, 1, Math.Min(TorchSharp.torch.get_num_threads(), outputs));
            if (shares == 1)
            {
                Share(wide, rows, weights, inputs, outputs, sums, 0, outputs);
            }
            else
            {
                var from = (nint)wide;
                Parallel.For(0, shares, share =>
                    Share((short*)from, rows, weights, inputs, outputs, sums, (int)((long)outputs * share / shares), (int)((long)outputs * (share + 1) / shares)));
            }
        }

        ArrayPool<short>.Shared.Return(room);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(byte* x, int count, short* to)
    {
        var at = 0;
        for (; at <= count - Wide; at += Wide)
        {
            Avx2.ConvertToVector256Int16(x + at).Store(to + at);
        }

        for (; at < count; at++)
        {
            to[at] = x[at];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Share(short* x, int rows, sbyte* weights, int inputs, int outputs, int* sums, int first, int end)
    {
        // Four outputs at once, far apart: memory gives more when it is read in several places.
        var quarter = (end - first) / 4;
        var step = (long)quarter * inputs;
        for (var output = first; output < first + quarter; output++)
        {
            for (var row = 0; row < rows; row++)
            {
                Four(x + (row * inputs), weights + ((long)output * inputs), step, inputs, sums + ((long)row * outputs) + output, quarter);
            }
        }

        for (var output = first + (4 * quarter); output < end; output++)
        {
            for (var row = 0; row < rows; row++)
            {
                sums[((long)row * outputs) + output] = Rest(0, x + (row * inputs), weights + ((long)output * inputs), 0, inputs);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(short* x, sbyte* weights, long step, int count, int* to, int apart)
    {
        sbyte* second = weights + step, third = second + step, fourth = third + step;
        var (a, b, c, d) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var at = 0;
        for (; at <= count - Wide; at += Wide)
        {
            var numbers = Vector256.Load(x + at);
            a += Products(numbers, weights + at);
            b += Products(numbers, second + at);
            c += Products(numbers, third + at);
            d += Products(numbers, fourth + at);
        }

        to[0] = Rest(Vector256.Sum(a), x, weights, at, count);
        to[apart] = Rest(Vector256.Sum(b), x, second, at, count);
        to[2 * apart] = Rest(Vector256.Sum(c), x, third, at, count);
        to[3 * apart] = Rest(Vector256.Sum(d), x, fourth, at, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Products(Vector256<short> numbers, sbyte* weights) => Avx2.MultiplyAddAdjacent(numbers, Avx2.ConvertToVector256Int16(weights));

    private static int Rest(int sum, short* x, sbyte* weights, int at, int count)
    {
        for (; at < count; at++)
        {
            sum += x[at] * weights[at];
        }

        return sum;
    }
}
