using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>The three ways to normalize to root mean square 1 (Zhang and Sennrich 2019).</summary>
internal static unsafe partial class RootMeanSquare
{
    private const double Epsilon = 1e-6;

    private static readonly long[] last = [-1];
    private static readonly bool hasFused = SelfTest.Passes(
        () => Fused(SelfTest.Numbers(3, 8), SelfTest.Numbers(8), Epsilon), () => Plain(SelfTest.Numbers(3, 8), SelfTest.Numbers(8), Epsilon));

    private static readonly bool hasDifferentiable = SelfTest.Passes(
        () => Differentiable(SelfTest.Numbers(3, 8), SelfTest.Numbers(8), Epsilon), () => Plain(SelfTest.Numbers(3, 8), SelfTest.Numbers(8), Epsilon));

    /// <summary>Takes the fastest way there is: on the CPU without gradients one kernel, elsewhere libtorch's operator, for mixed types arithmetic.</summary>
    public static Tensor Normalize(Tensor x, Tensor weight, double epsilon)
    {
        if (x.dtype != weight.dtype)
        {
            return Plain(x, weight, epsilon);
        }

        if (hasFused && x.device_type == DeviceType.CPU && !(is_grad_enabled() && (x.requires_grad || weight.requires_grad)))
        {
            return Fused(x, weight, epsilon);
        }

        return hasDifferentiable ? Differentiable(x, weight, epsilon) : Plain(x, weight, epsilon);
    }

    public static Tensor Plain(Tensor x, Tensor weight, double epsilon)
    {
        using var scope = NewDisposeScope();
        var scale = x.square().mean(last, true).add(tensor(epsilon, x.dtype, x.device)).rsqrt();
        return x.mul(scale).mul(weight).MoveToOuterDisposeScope();
    }

    // Knows no gradients.
    public static Tensor Fused(Tensor x, Tensor weight, double epsilon)
    {
        var weightHandle = weight.Handle;
        var width = weight.size(0);
        var result = aoti_torch_cpu__fused_rms_norm(x.Handle, &width, 1, &weightHandle, &epsilon, out var normal, out var scale);
        GC.KeepAlive(x);
        GC.KeepAlive(weight);
        if (result != 0)
        {
            throw new InvalidOperationException("libtorch refused '_fused_rms_norm'; it wrote the reason to standard error.");
        }

        _ = aoti_torch_delete_tensor_object(scale);
        return Tensor.UnsafeCreateTensor(normal);
    }

    public static Tensor Differentiable(Tensor x, Tensor weight, double epsilon)
    {
        // rms_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight, float? eps)
        Span<ulong> stack = [Dispatcher.From(x), Dispatcher.List(weight.size(0)), Dispatcher.Optional(weight), Dispatcher.Optional(epsilon)];
        return Dispatcher.Call("aten::rms_norm\0"u8, stack);
    }

    [LibraryImport("torch_cpu")]
    private static partial int aoti_torch_cpu__fused_rms_norm(
        nint x, long* shape, long dimensions, nint* weight, double* epsilon, out nint normal, out nint scale);

    [LibraryImport("torch_cpu")]
    private static partial int aoti_torch_delete_tensor_object(nint tensor);
}
