using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>
/// Lets memory that every step reads lie in pages of 2 MB. A processor reads these a quarter to a half faster than those of 4 KB, because it need not look up so many of them. What the memory holds
/// and where it lies stay as they are.
/// </summary>
internal static unsafe partial class HugePages
{
    private const long Size = 2 << 20;
    private const int Advise = 14, Collapse = 25;                 // the second of Linux 6.1 and later; others refuse it, and nothing changes

    private static readonly bool knowsPacked = OperatingSystem.IsLinux() && SelfTest.Passes(
        () =>
        {
            using var packed = OneDnn.Pack(SelfTest.Numbers(7, 5));
            return tensor(data_ptr_from_mkldnn(packed.Handle) != 0 ? 1f : 0f);
        },
        () => tensor(1f));

    /// <summary>Asks for it, as far as the memory is the process's own. A mapped file stays as it is.</summary>
    /// <param name="tensor">A tensor on the processor, contiguous.</param>
    public static void Hold(Tensor tensor)
    {
        if (OperatingSystem.IsLinux())
        {
            Hold((nint)TensorMemory.Of(tensor), tensor.NumberOfElements * tensor.element_size());
            GC.KeepAlive(tensor);
        }
    }

    /// <summary>Asks for it for weights in oneDNN's order.</summary>
    /// <param name="packed">The weights.</param>
    /// <param name="bytes">How many bytes they take at least.</param>
    public static void HoldPacked(Tensor packed, long bytes)
    {
        if (knowsPacked)
        {
            Hold(data_ptr_from_mkldnn(packed.Handle), bytes);
            GC.KeepAlive(packed);
        }
    }

    /// <summary>Asks for it for memory that nothing has been written to yet, where it is some such pages.</summary>
    /// <param name="tensor">A tensor on the processor, contiguous.</param>
    public static void Expect(Tensor tensor)
    {
        if (OperatingSystem.IsLinux() && tensor.NumberOfElements * tensor.element_size() is > 2 * Size and var bytes)
        {
            var first = ((nint)TensorMemory.Of(tensor) + (nint)Size - 1) & -(nint)Size;
            var last = ((nint)TensorMemory.Of(tensor) + (nint)bytes) & -(nint)Size;
            _ = madvise(first, (nuint)(last - first), Advise);
            GC.KeepAlive(tensor);
        }
    }

    private static void Hold(nint address, long bytes)
    {
        // What lies beside it in the first and the last page comes along; a page that is not all there is refused alone.
        for (var page = address & -(nint)Size; page < address + bytes && bytes >= Size; page += (nint)Size)
        {
            _ = madvise(page, (nuint)Size, Collapse);
        }
    }

    [LibraryImport("libc")]
    private static partial int madvise(nint address, nuint bytes, int advice);

    // void* at::native::data_ptr_from_mkldnn(const at::Tensor&)
    [LibraryImport("torch_cpu", EntryPoint = "_ZN2at6native20data_ptr_from_mkldnnERKNS_6TensorE")]
    private static partial nint data_ptr_from_mkldnn(nint tensor);
}
