using System.Collections.Concurrent;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Weights;

/// <summary>
/// A file in memory that tensors lie over without a copy. It stays mapped until it was disposed and libtorch has freed the last tensor,
/// or view of a tensor, over it.
/// </summary>
internal sealed unsafe partial class MappedFile : IDisposable
{
    // By the address they begin at. libtorch says only which address it no longer needs.
    private static readonly ConcurrentDictionary<nint, MappedFile> mapped = new();

    private readonly string path;
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;
    private readonly byte* start;
    private int users = 1;
    private int disposed;

    /// <summary>Maps a file that is not empty.</summary>
    /// <param name="path">The file.</param>
    /// <param name="copyOnWrite">Whether tensors may be written to; the file itself never changes. Otherwise a write ends the process.</param>
    public MappedFile(string path, bool copyOnWrite)
    {
        this.path = path;
        var access = copyOnWrite ? MemoryMappedFileAccess.CopyOnWrite : MemoryMappedFileAccess.Read;
        // Share Delete: the file may be replaced by a rename while it is mapped.
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1);
        try
        {
            Length = stream.Length;
            file = MemoryMappedFile.CreateFromFile(stream, null, 0, access, HandleInheritability.None, leaveOpen: false);
        }
        catch
        {
            stream.Dispose();
            throw;
        }

        view = file.CreateViewAccessor(0, 0, access);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        start += view.PointerOffset;
        mapped[(nint)start] = this;
    }

    /// <summary>Whether a file, named as it was opened, is still mapped.</summary>
    public static bool IsMapped(string path) => mapped.Values.Any(file => file.path == path);

    public long Length { get; }

    /// <summary>The bytes from an offset on; valid as long as this is not disposed.</summary>
    public ReadOnlySpan<byte> Bytes(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Length);
        return new(start + offset, length);
    }

    /// <summary>A tensor over the file's bytes, or over a copy of them where the processor could not read them in place.</summary>
    public Tensor Tensor(TensorEntry entry)
    {
        ObjectDisposedException.ThrowIf(disposed != 0, this);
        long[] shape = [.. entry.Shape];
        if (entry.Length == 0)
        {
            return empty(shape, dtype: entry.Type);
        }

        var data = start + entry.Offset;
        if ((nuint)data % (nuint)SafeTensorsTypes.Size(entry.Type) != 0)
        {
            var copy = empty(shape, dtype: entry.Type);
            Buffer.MemoryCopy(data, (void*)THSTensor_data(copy.Handle), entry.Length, entry.Length);
            return copy;
        }

        Interlocked.Increment(ref users);
        nint handle;
        fixed (long* extents = shape)
        {
            var type = (sbyte)entry.Type;
            handle = THSTensor_new((nint)data, &Freed, extents, shape.Length, type, type, (int)DeviceType.CPU, -1, 0);
        }

        // On a failure it is unknown whether libtorch has called Freed; a file that stays mapped is the lesser evil.
        CheckForErrors();
        return torch.Tensor.UnsafeCreateTensor(handle);
    }

    /// <summary>Forbids new tensors; those that exist stay valid.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            Release();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Freed(nint data)
    {
        foreach (var (address, file) in mapped)
        {
            if (data >= address && data - address < file.Length)
            {
                file.Release();
                return;
            }
        }
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref users) == 0)
        {
            mapped.TryRemove((nint)start, out _); // before another file can be mapped to this address
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            file.Dispose();
        }
    }

    [LibraryImport("LibTorchSharp")]
    private static partial nint THSTensor_new(
        nint data, delegate* unmanaged[Cdecl]<nint, void> deleter, long* sizes, int dimensions, sbyte storedType, sbyte type, int deviceType, int deviceIndex, byte requiresGradient);

    [LibraryImport("LibTorchSharp")]
    private static partial nint THSTensor_data(nint tensor);
}
