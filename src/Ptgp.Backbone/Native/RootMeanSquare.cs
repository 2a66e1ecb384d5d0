using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>The three ways to normalize to root mean square 1 (Zhang and Sennrich 2019).</summary>
internal static unsafe class RootMeanSquare
{
    private const double Epsilon = 1e-6;

    private static readonly long[] last = [-1];
    private static readonly bool hasDifferentiable = SelfTest.Passes(
        () => Differentiable(SelfTest.Numbers(3, 8), SelfTest.Numbers(8), Epsilon), () => Plain(SelfTest.Numbers(3, 8), SelfTest.Numbers(8), Epsilon));

    private static int Wide => Vector256<float>.Count;

    /// <summary>Takes the fastest way there is: on the CPU without gradients one pass over each state, elsewhere libtorch's operator, for mixed types arithmetic.</summary>
    public static Tensor Normalize(Tensor x, Tensor weight, double epsilon)
    {
        if (x.dtype != weight.dtype)
        {
            return Plain(x, weight, epsilon);
        }

        if (x.dtype == ScalarType.Float32 && x.device_type == DeviceType.CPU && !(is_grad_enabled() && (x.requires_grad || weight.requires_grad)))
        {
            return Near(x, weight, epsilon);
        }

        return hasDifferentiable ? Differentiable(x, weight, epsilon) : Plain(x, weight, epsilon);
    }

    public static Tensor Plain(Tensor x, Tensor weight, double epsilon)
    {
        using var scope = NewDisposeScope();
        var scale = Ops.AddTo(x.mul(x).mean(last, true), tensor(epsilon, x.dtype, x.device)).rsqrt();
        return x.mul(scale).mul(weight).MoveToOuterDisposeScope();
    }

    // In float32 on the CPU. Knows no gradients.
    public static Tensor Near(Tensor x, Tensor weight, double epsilon)
    {
        using var ordered = x.is_contiguous() ? null : x.contiguous();
        using var orderedScales = weight.is_contiguous() ? null : weight.contiguous();
        var (states, scales) = (ordered ?? x, orderedScales ?? weight);
        var width = (int)weight.size(0);
        var y = empty(x.shape, ScalarType.Float32);
        float* from = Data(states), with = Data(scales), to = Data(y);
        for (var end = from + x.NumberOfElements; from < end; from += width, to += width)
        {
            NormalizeOne(new(from, width), new(with, width), (float)epsilon, new(to, width));
        }

        // Only their addresses were used above, which keeps nothing from being finalized.
        GC.KeepAlive(states);
        GC.KeepAlive(scales);
        return y;
    }

    public static Tensor Differentiable(Tensor x, Tensor weight, double epsilon)
    {
        // rms_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight, float? eps)
        Span<ulong> stack = [Dispatcher.From(x), Dispatcher.List(weight.size(0)), Dispatcher.Optional(weight), Dispatcher.Optional(epsilon)];
        return Dispatcher.Call("aten::rms_norm\0"u8, stack);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NormalizeOne(ReadOnlySpan<float> x, ReadOnlySpan<float> weight, float epsilon, Span<float> y)
    {
        var (sum, other) = (Vector256<float>.Zero, Vector256<float>.Zero);
        var at = 0;
        for (; at <= x.Length - (2 * Wide); at += 2 * Wide)
        {
            var (first, second) = (Vector256.Create(x[at..]), Vector256.Create(x[(at + Wide)..]));
            sum = Vector256.FusedMultiplyAdd(first, first, sum);
            other = Vector256.FusedMultiplyAdd(second, second, other);
        }

        var squares = Vector256.Sum(sum + other);
        for (; at < x.Length; at++)
        {
            squares += x[at] * x[at];
        }

        var scale = 1 / MathF.Sqrt((squares / x.Length) + epsilon);
        for (at = 0; at <= x.Length - Wide; at += Wide)
        {
            (Vector256.Create(x[at..]) * scale * Vector256.Create(weight[at..])).CopyTo(y[at..]);
        }

        for (; at < x.Length; at++)
        {
            y[at] = x[at] * scale * weight[at];
        }
    }

    private static float* Data(Tensor tensor) => (float*)TensorMemory.Of(tensor);
}
