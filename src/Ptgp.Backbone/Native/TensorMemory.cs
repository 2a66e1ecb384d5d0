using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>Where a tensor's numbers lie.</summary>
internal static unsafe partial class TensorMemory
{
    /// <summary>Gets the address of the first number of a tensor on the CPU. It keeps nothing from being finalized: who uses it keeps the tensor alive.</summary>
    public static void* Of(Tensor tensor) => (void*)THSTensor_data(tensor.Handle);

    [LibraryImport("LibTorchSharp")]
    private static partial nint THSTensor_data(nint tensor);
}
