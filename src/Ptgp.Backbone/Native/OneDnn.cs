using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>oneDNN's linear layer over weights that were brought into its own order once, float32 on the CPU.</summary>
internal static unsafe partial class OneDnn
{
    /// <summary>Whether this libtorch has it. Elsewhere than on x64 it is not asked: it would only complain on standard error.</summary>
    public static bool IsAvailable { get; } = RuntimeInformation.ProcessArchitecture == Architecture.X64 && SelfTest.Passes(
        () => Linear(SelfTest.Numbers(3, 5), Pack(SelfTest.Numbers(7, 5)), SelfTest.Numbers(7), relu: true),
        () => nn.functional.linear(SelfTest.Numbers(3, 5), SelfTest.Numbers(7, 5), SelfTest.Numbers(7)).relu());

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
}
