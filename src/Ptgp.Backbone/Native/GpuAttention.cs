using System.Runtime.InteropServices;

namespace Ptgp.Backbone.Native;

/// <summary>Which of libtorch's attention kernels a GPU may take.</summary>
internal static unsafe class GpuAttention
{
    /// <summary>
    /// Leaves out cuDNN's kernel, which libtorch prefers for half precision on Hopper. It makes a plan for every new shape, and decoding has a new
    /// shape at each step: translating 1 000 lines took 29 s with it. The memory-efficient and the flash kernel take any shape at once.
    /// </summary>
    /// <returns>False where this libtorch has no such switch, on Windows for one. TorchSharp has switches for the flash and the plain kernel alone.</returns>
    public static bool LeaveOutCudnn()
    {
        if (!NativeLibrary.TryLoad("torch_cpu", typeof(GpuAttention).Assembly, null, out var library)
            || !NativeLibrary.TryGetExport(library, "_ZN2at13globalContextEv", out var context)
            || !NativeLibrary.TryGetExport(library, "_ZN2at7Context14setSDPUseCuDNNEb", out var set))
        {
            return false;
        }

        ((delegate* unmanaged[Cdecl]<nint, byte, void>)set)(((delegate* unmanaged[Cdecl]<nint>)context)(), 0);
        return true;
    }
}
