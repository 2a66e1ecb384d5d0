using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>
/// A linear layer of a few rows in float32 on the CPU, computed here from the weights as they are: each is read once, in the order of
/// memory, which is all that one row costs. libtorch's product of one row reads at half that speed.
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
    /// <param name="weight">The weights, <c>[outputs, inputs]</c>, contiguous.</param>
    /// <param name="bias">What is added, <c>[outputs]</c>; null for nothing.</param>
    /// <param name="relu">Whether to cut negative results to zero.</param>
    public static Tensor Multiply(Tensor x, Tensor weight, Tensor? bias, bool relu)
    {
        var shape = x.shape;
        var (outputs, inputs) = ((int)weight.size(0), (int)weight.size(1));
        var rows = (int)(x.NumberOfElements / inputs);
        shape[^1] = outputs;
        var y = empty(shape, ScalarType.Float32);
        float* from = Data(x), with = Data(weight), to = Data(y);
        float* plus = bias is null ? null : Data(bias);
        var shares = (int)Math.Clamp((long)inputs * outputs * rows / LeastShare, 1, Math.Min(get_num_threads(), outputs));
        if (shares == 1)
        {
            Compute(0, outputs);
        }
        else
        {
            Parallel.For(0, shares, share => Compute((int)((long)outputs * share / shares), (int)((long)outputs * (share + 1) / shares)));
        }

        // Only their addresses were used above, which keeps nothing from being finalized.
        GC.KeepAlive(x);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        return y;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void Compute(int first, int end)
        {
            for (var output = first; output < end; output++)
            {
                for (var row = 0; row < rows; row++)
                {
                    var sum = Dot(from + ((long)row * inputs), with + ((long)output * inputs), inputs) + (plus is null ? 0 : plus[output]);
                    to[((long)row * outputs) + output] = relu && sum < 0 ? 0 : sum;
                }
            }
        }
    }

    // Optimized from the first call on: kernels are chosen by the time of their first few.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Dot(float* x, float* weights, int count)
    {
        // Four sums at once, because each alone would wait for its own last addition.
        var (first, second, third, fourth) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var at = 0;
        for (; at <= count - (4 * Wide); at += 4 * Wide)
        {
            first = Vector256.FusedMultiplyAdd(Vector256.Load(x + at), Vector256.Load(weights + at), first);
            second = Vector256.FusedMultiplyAdd(Vector256.Load(x + at + Wide), Vector256.Load(weights + at + Wide), second);
            third = Vector256.FusedMultiplyAdd(Vector256.Load(x + at + (2 * Wide)), Vector256.Load(weights + at + (2 * Wide)), third);
            fourth = Vector256.FusedMultiplyAdd(Vector256.Load(x + at + (3 * Wide)), Vector256.Load(weights + at + (3 * Wide)), fourth);
        }

        for (; at <= count - Wide; at += Wide)
        {
            first = Vector256.FusedMultiplyAdd(Vector256.Load(x + at), Vector256.Load(weights + at), first);
        }

        var sum = Vector256.Sum(first + second + (third + fourth));
        for (; at < count; at++)
        {
            sum = MathF.FusedMultiplyAdd(x[at], weights[at], sum);
        }

        return sum;
    }

    private static float* Data(Tensor tensor) => (float*)TensorMemory.Of(tensor);
}
