using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>oneDNN's linear layer over weights that were brought into its own order once, float32 or bfloat16 on the CPU.</summary>
internal static unsafe partial class OneDnn
{
    // Elsewhere it is not asked: it would only complain on standard error.
    private static readonly bool isAvailable = RuntimeInformation.ProcessArchitecture == Architecture.X64 && Passes(ScalarType.Float32);
    private static readonly Lazy<bool> knowsBfloat16 = new(() => isAvailable && Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported && Passes(ScalarType.BFloat16));

    /// <summary>Tells whether this libtorch and this processor have it for a type.</summary>
    public static bool IsAvailable(ScalarType type = ScalarType.Float32) => type == ScalarType.BFloat16 ? knowsBfloat16.Value : isAvailable;

    /// <summary>Brings weights <c>[outputs, inputs]</c> into oneDNN's order: an opaque copy, for <see cref="Linear"/> alone.</summary>
    public static Tensor Pack(Tensor weight)
    {
        // _reorder_linear_weight(Tensor self, SymInt? batch_size). Without a batch size the order serves all batches equally well.
        Span<ulong> stack = [Dispatcher.From(weight), Dispatcher.None];
        return Dispatcher.Call("mkldnn::_reorder_linear_weight\0"u8, stack);
    }

    /// <summary><c>[…, inputs]</c> to <c>[…, outputs]</c>, negative results cut to zero if wanted. Knows no gradients.</summary>
    public static Tensor Linear(Tensor x, Tensor packed, Tensor? bias, bool relu)
    {
        var biasHandle = bias?.Handle ?? 0;
        int result;
        nint y;
        fixed (byte* function = relu ? "relu\0"u8 : "none\0"u8)
        fixed (byte* algorithm = "\0"u8)
        {
            var noAlgorithm = algorithm;
            result = aoti_torch_cpu__linear_pointwise(x.Handle, packed.Handle, bias is null ? null : &biasHandle, function, null, 0, &noAlgorithm, out y);
        }

        GC.KeepAlive(x);
        GC.KeepAlive(packed);
        GC.KeepAlive(bias);
        return result == 0
            ? Tensor.UnsafeCreateTensor(y)
            : throw new InvalidOperationException("libtorch refused '_linear_pointwise'; it wrote the reason to standard error.");
    }

    [LibraryImport("torch_cpu")]
    private static partial int aoti_torch_cpu__linear_pointwise(
        nint x, nint weight, nint* bias, byte* function, double** scalars, long scalarCount, byte** algorithm, out nint y);

    private static bool Passes(ScalarType type)
    {
        return SelfTest.Passes(
            () => Linear(Numbers(3, 5), Pack(Numbers(7, 5)), Numbers(7), relu: true),
            () => nn.functional.linear(Numbers(3, 5), Numbers(7, 5), Numbers(7)).relu(),
            type == ScalarType.Float32 ? 1e-4 : 2e-2);

        Tensor Numbers(params long[] shape) => SelfTest.Numbers(shape).to_type(type);
    }
}
