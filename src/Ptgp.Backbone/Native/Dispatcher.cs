using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>
/// Calls any operator of libtorch through its stable C interface, gradients included. A call takes its arguments on a stack, all of the
/// operator's schema in its order, <b>owns them from then on</b>, and leaves its results in their place.
/// </summary>
/// <remarks>
/// A refused call says why on standard error alone, so callers check what they pass. <c>Scalar</c> arguments are not possible.
/// Source: docs/source/notes/libtorch_stable_abi.md of PyTorch.
/// </remarks>
internal static unsafe partial class Dispatcher
{
    /// <summary>An optional argument that is not there.</summary>
    public const ulong None = 0;

    // The version whose operator schemas the callers follow: 2.10.0.
    private const ulong Version = 0x020A_0000_0000_0000;

    /// <summary>Calls an operator that returns one tensor.</summary>
    /// <param name="op">Its qualified name, with a zero byte at the end.</param>
    /// <param name="stack">Its arguments, made by the methods below.</param>
    public static Tensor Call(ReadOnlySpan<byte> op, Span<ulong> stack)
    {
        Run(op, stack);
        return Tensor.UnsafeCreateTensor((nint)stack[0]);
    }

    /// <summary>Calls an operator that returns nothing.</summary>
    public static void Run(ReadOnlySpan<byte> op, Span<ulong> stack)
    {
        byte noOverload = 0;
        fixed (byte* name = op)
        fixed (ulong* arguments = stack)
        {
            if (torch_call_dispatcher(name, &noOverload, arguments, Version) != 0)
            {
                throw new InvalidOperationException($"libtorch refused '{System.Text.Encoding.ASCII.GetString(op[..^1])}'; it wrote the reason to standard error.");
            }
        }
    }

    public static ulong From(Tensor tensor)
    {
        Check(aoti_torch_new_tensor_handle(tensor.Handle, out var handle));
        GC.KeepAlive(tensor);
        return (ulong)handle;
    }

    public static ulong From(double number) => BitConverter.DoubleToUInt64Bits(number);

    public static ulong From(bool flag) => flag ? 1UL : 0UL;

    public static ulong Optional(Tensor? tensor) => tensor is null ? None : Some(From(tensor));

    public static ulong Optional(double number) => Some(From(number));

    public static ulong List(long number)
    {
        Check(torch_new_list_reserve_size(1, out var list));
        Check(torch_list_push_back(list, (ulong)number));
        return (ulong)list;
    }

    public static ulong List(IReadOnlyList<Tensor> tensors)
    {
        Check(torch_new_list_reserve_size((nuint)tensors.Count, out var list));
        foreach (var tensor in tensors)
        {
            Check(torch_list_push_back(list, From(tensor)));
        }

        return (ulong)list;
    }

    private static ulong Some(ulong value)
    {
        var place = (ulong*)NativeMemory.Alloc(sizeof(ulong));
        *place = value;
        return (ulong)place;
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new InvalidOperationException("libtorch could not take an argument; it wrote the reason to standard error.");
        }
    }

    [LibraryImport("torch_cpu")]
    private static partial int torch_call_dispatcher(byte* op, byte* overload, ulong* stack, ulong version);

    [LibraryImport("torch_cpu")]
    private static partial int aoti_torch_new_tensor_handle(nint tensor, out nint copy);

    [LibraryImport("torch_cpu")]
    private static partial int torch_new_list_reserve_size(nuint size, out nint list);

    [LibraryImport("torch_cpu")]
    private static partial int torch_list_push_back(nint list, ulong value);
}
