using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>
/// A linear layer of a few rows on the CPU, in float32 or in bfloat16 with sums in float32, computed here from the weights as they are: each is read once, in the order of memory, which is all that
/// one row costs. libtorch's product of one row reads at half that speed.
/// </summary>
internal static unsafe class NearLinear
{
    /// <summary>The most rows that it is worth trying for. Each passes over the weights again, though in the nearest cache.</summary>
    public const int MostRows = 4;

    // Fewer multiplications than these are done before other threads have begun.
    private const long LeastShare = 1 << 18;

    private static int Wide => Vector256<float>.Count;

    /// <summary>Computes <c>[…, inputs]</c> to <c>[…, outputs]</c>, negative results cut to zero if wanted. Knows no gradients.</summary>
    /// <param name="x">The rows together, contiguous.</param>
    /// <param name="weight">The weights, <c>[outputs, inputs]</c>, contiguous; of the rows' type, as all is.</param>
    /// <param name="bias">What is added, <c>[outputs]</c>; null for nothing.</param>
    /// <param name="relu">Whether to cut negative results to zero.</param>
    public static Tensor Multiply(Tensor x, Tensor weight, Tensor? bias, bool relu)
    {
        var shape = x.shape;
        var (outputs, inputs) = ((int)weight.size(0), (int)weight.size(1));
        var rows = (int)(x.NumberOfElements / inputs);
        shape[^1] = outputs;
        var y = empty(shape, x.dtype);
        void* from = TensorMemory.Of(x), with = TensorMemory.Of(weight), plus = bias is null ? null : TensorMemory.Of(bias), to = TensorMemory.Of(y);
        if (x.dtype == ScalarType.Float32)
        {
            Multiply<float, Singles>((float*)from, rows, (float*)with, inputs, outputs, (float*)plus, relu, (float*)to);
        }
        else
        {
            var room = ArrayPool<float>.Shared.Rent(rows * inputs);
            fixed (float* wide = room)
            {
                Bfloat16s.Widen((ushort*)from, rows * inputs, wide);
                Multiply<ushort, Bfloat16s>(wide, rows, (ushort*)with, inputs, outputs, (ushort*)plus, relu, (ushort*)to);
            }

            ArrayPool<float>.Shared.Return(room);
        }

        // Only their addresses were used above, which keeps nothing from being finalized.
        GC.KeepAlive(x);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        return y;
    }

    private static void Multiply<T, TStored>(float* from, int rows, T* with, int inputs, int outputs, T* plus, bool relu, T* to)
        where T : unmanaged
        where TStored : struct, IStored<T>
    {
        var shares = (int)Math.Clamp((long)inputs * outputs * rows / LeastShare, 1, Math.Min(get_num_threads(), outputs));
        if (shares == 1)
        {
            Compute(0, outputs);
        }
        else
        {
            Parallel.For(0, shares, share => Compute((int)((long)outputs * share / shares), (int)((long)outputs * (share + 1) / shares)));
        }

        void Compute(int first, int end)
        {
            // Four outputs at once, far apart: memory gives more when it is read in several places.
            var quarter = (end - first) / 4;
            for (var output = first; output < first + quarter; output++)
            {
                for (var row = 0; row < rows; row++)
                {
                    var sums = Dots<T, TStored>(from + ((long)row * inputs), with + ((long)output * inputs), (long)quarter * inputs, inputs);
                    Finish(row, output, sums[0]);
                    Finish(row, output + quarter, sums[1]);
                    Finish(row, output + (2 * quarter), sums[2]);
                    Finish(row, output + (3 * quarter), sums[3]);
                }
            }

            for (var output = first + (4 * quarter); output < end; output++)
            {
                for (var row = 0; row < rows; row++)
                {
                    Finish(row, output, Dot<T, TStored>(from + ((long)row * inputs), with + ((long)output * inputs), inputs));
                }
            }
        }

        void Finish(int row, int output, float sum)
        {
            sum = plus is null ? sum : sum + TStored.Get(plus + output);
            TStored.Put(to + ((long)row * outputs) + output, relu && sum < 0 ? 0 : sum);
        }
    }

    // Optimized from the first call on: kernels are chosen by the time of their first few.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector128<float> Dots<T, TStored>(float* x, T* weights, long step, int count)
        where T : unmanaged
        where TStored : struct, IStored<T>
    {
        T* second = weights + step, third = second + step, fourth = third + step;
        var (a0, a1, b0, b1) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var (c0, c1, d0, d1) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var at = 0;
        for (; at <= count - (2 * Wide); at += 2 * Wide)
        {
            var (low, high) = (Vector256.Load(x + at), Vector256.Load(x + at + Wide));
            a0 = Vector256.FusedMultiplyAdd(low, TStored.Load(weights + at), a0);
            a1 = Vector256.FusedMultiplyAdd(high, TStored.Load(weights + at + Wide), a1);
            b0 = Vector256.FusedMultiplyAdd(low, TStored.Load(second + at), b0);
            b1 = Vector256.FusedMultiplyAdd(high, TStored.Load(second + at + Wide), b1);
            c0 = Vector256.FusedMultiplyAdd(low, TStored.Load(third + at), c0);
            c1 = Vector256.FusedMultiplyAdd(high, TStored.Load(third + at + Wide), c1);
            d0 = Vector256.FusedMultiplyAdd(low, TStored.Load(fourth + at), d0);
            d1 = Vector256.FusedMultiplyAdd(high, TStored.Load(fourth + at + Wide), d1);
        }

        return Vector128.Create(
            Rest<T, TStored>(Vector256.Sum(a0 + a1), x, weights, at, count),
            Rest<T, TStored>(Vector256.Sum(b0 + b1), x, second, at, count),
            Rest<T, TStored>(Vector256.Sum(c0 + c1), x, third, at, count),
            Rest<T, TStored>(Vector256.Sum(d0 + d1), x, fourth, at, count));
    }

    // In the order of Dots, so that an output is the same to the bit whichever of the two computes it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Dot<T, TStored>(float* x, T* weights, int count)
        where T : unmanaged
        where TStored : struct, IStored<T>
    {
        var (first, second) = (Vector256<float>.Zero, Vector256<float>.Zero);
        var at = 0;
        for (; at <= count - (2 * Wide); at += 2 * Wide)
        {
            first = Vector256.FusedMultiplyAdd(Vector256.Load(x + at), TStored.Load(weights + at), first);
            second = Vector256.FusedMultiplyAdd(Vector256.Load(x + at + Wide), TStored.Load(weights + at + Wide), second);
        }

        return Rest<T, TStored>(Vector256.Sum(first + second), x, weights, at, count);
    }

    private static float Rest<T, TStored>(float sum, float* x, T* weights, int at, int count)
        where T : unmanaged
        where TStored : struct, IStored<T>
    {
        for (; at < count; at++)
        {
            sum = MathF.FusedMultiplyAdd(x[at], TStored.Get(weights + at), sum);
        }

        return sum;
    }
}
