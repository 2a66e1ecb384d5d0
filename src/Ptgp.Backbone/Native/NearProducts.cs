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

    private static readonly Vector256<short> ones = Vector256.Create((short)1);

    private static int Wide => Vector256<byte>.Count;

    /// <summary>Gets whether this processor has the instructions.</summary>
    public static bool IsAvailable => Avx2.IsSupported;

    /// <summary>Multiplies rows with weights, and sums exactly.</summary>
    /// <param name="x">The rows, each number from −127 to 127 and stored 128 higher.</param>
    /// <param name="rows">How many they are.</param>
    /// <param name="weights"><c>[outputs, inputs]</c>, from −127 to 127.</param>
    /// <param name="inputs">How many numbers a row has.</param>
    /// <param name="outputs">How many sums a row gives.</param>
    /// <param name="sums">Where they go, <c>[rows, outputs]</c>.</param>
    public static void Sum(byte* x, int rows, sbyte* weights, int inputs, int outputs, int* sums)
    {
        var room = ArrayPool<byte>.Shared.Rent(2 * rows * inputs);
        fixed (byte* sizes = room)
        {
            var (size, signed) = ((nint)sizes, (nint)(sizes + (rows * inputs)));
            Split(x, rows * inputs, sizes, (sbyte*)signed);
            var shares = (int)Math.Clamp((long)inputs * outputs * rows / LeastShare, 1, Math.Min(TorchSharp.torch.get_num_threads(), outputs));
            if (shares == 1)
            {
                Share((byte*)size, (sbyte*)signed, rows, weights, inputs, outputs, sums, 0, outputs);
            }
            else
            {
                Parallel.For(0, shares, share =>
                    Share((byte*)size, (sbyte*)signed, rows, weights, inputs, outputs, sums, (int)((long)outputs * share / shares), (int)((long)outputs * (share + 1) / shares)));
            }
        }

        ArrayPool<byte>.Shared.Return(room);
    }

    // The size of each number, and the number itself.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Split(byte* x, int count, byte* sizes, sbyte* signed)
    {
        var at = 0;
        for (; at <= count - Wide; at += Wide)
        {
            var number = (Vector256.Load(x + at) - Vector256.Create((byte)RowRounding.Shift)).AsSByte();
            number.Store(signed + at);
            Avx2.Abs(number).Store(sizes + at);
        }

        for (; at < count; at++)
        {
            signed[at] = (sbyte)(x[at] - RowRounding.Shift);
            sizes[at] = (byte)Math.Abs(x[at] - RowRounding.Shift);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Share(byte* sizes, sbyte* signed, int rows, sbyte* weights, int inputs, int outputs, int* sums, int first, int end)
    {
        // Four outputs at once, far apart: memory gives more when it is read in several places.
        var quarter = (end - first) / 4;
        var step = (long)quarter * inputs;
        for (var output = first; output < first + quarter; output++)
        {
            for (var row = 0; row < rows; row++)
            {
                Four(sizes + (row * inputs), signed + (row * inputs), weights + ((long)output * inputs), step, inputs, sums + ((long)row * outputs) + output, quarter);
            }
        }

        for (var output = first + (4 * quarter); output < end; output++)
        {
            for (var row = 0; row < rows; row++)
            {
                sums[((long)row * outputs) + output] = Rest(0, signed + (row * inputs), weights + ((long)output * inputs), 0, inputs);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(byte* sizes, sbyte* signed, sbyte* weights, long step, int count, int* to, int apart)
    {
        sbyte* second = weights + step, third = second + step, fourth = third + step;
        var (a, b, c, d) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
        var at = 0;
        for (; at <= count - Wide; at += Wide)
        {
            var (size, sign) = (Vector256.Load(sizes + at), Vector256.Load(signed + at));
            a += Products(size, sign, weights + at);
            b += Products(size, sign, second + at);
            c += Products(size, sign, third + at);
            d += Products(size, sign, fourth + at);
        }

        to[0] = Rest(Vector256.Sum(a), signed, weights, at, count);
        to[apart] = Rest(Vector256.Sum(b), signed, second, at, count);
        to[2 * apart] = Rest(Vector256.Sum(c), signed, third, at, count);
        to[3 * apart] = Rest(Vector256.Sum(d), signed, fourth, at, count);
    }

    // Processors multiply unsigned by signed numbers: so the inputs' signs go over to the weights. Two products make at most 2 · 127², which 16 bits hold.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Products(Vector256<byte> sizes, Vector256<sbyte> signs, sbyte* weights) =>
        Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(sizes, Avx2.Sign(Vector256.Load(weights), signs)), ones);

    private static int Rest(int sum, sbyte* signed, sbyte* weights, int at, int count)
    {
        for (; at < count; at++)
        {
            sum += signed[at] * weights[at];
        }

        return sum;
    }
}
