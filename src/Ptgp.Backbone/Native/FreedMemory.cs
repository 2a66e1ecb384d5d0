using System.Runtime.InteropServices;

namespace Ptgp.Backbone.Native;

/// <summary>
/// Memory that was freed and that the C library keeps. Tensors of ever new shapes leave holes between the few small things that live long, such as the kernels that oneDNN compiles for
/// each shape, and ever new ones are made where none of the old fits.
/// </summary>
public static unsafe class FreedMemory
{
    private static readonly nint trim = Find();

    /// <summary>Hands the whole pages of it back to the operating system, which takes milliseconds; those that are used again cost as much as new ones.</summary>
    /// <returns>Whether any were handed back; false too where the C library has no such call, as elsewhere than with glibc.</returns>
    public static bool GiveBack() => trim != 0 && ((delegate* unmanaged[Cdecl]<nuint, int>)trim)(0) != 0;

    private static nint Find() => OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, "malloc_trim", out var found) ? found : 0;
}
