using System.Collections.Concurrent;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Weights;

/// <summary>
/// A file in memory that tensors lie over without a copy. It stays mapped until it was disposed and libtorch has freed the last tensor,
/// or view of a tensor, over it.
/// </summary>
internal sealed unsafe partial class MappedFile : IFileBytes, IDisposable
{
    // By the address they begin at. libtorch says only which address it no longer needs.
    private static readonly ConcurrentDictionary<nint, MappedFile> mapped = new();

    private static readonly string[] webPages = ["<!doctype", "<html", "<?xml"];

    private readonly string path;
    private readonly bool isWritable;
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
        (this.path, isWritable) = (path, copyOnWrite);
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

    /// <summary>Maps a file of weights.</summary>
    /// <param name="path">The file.</param>
    /// <param name="copyOnWrite">Whether tensors may be written to.</param>
    /// <param name="smallest">How many bytes it has at least, from 1 on.</param>
    /// <param name="what">What it should be, for messages.</param>
    /// <exception cref="CheckpointException">It is missing, unreadable or shorter.</exception>
    public static MappedFile Open(string path, bool copyOnWrite, int smallest, string what)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length >= smallest
                ? new(path, copyOnWrite)
                : throw new CheckpointException($"Weights file '{path}' is cut short: {what} has at least {smallest} bytes, this one has {length}. Copy or download it again.");
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CheckpointException($"Weights file '{path}' does not exist.", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"Weights file '{path}' cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>What a file is that is often taken for weights, by its first bytes; null when it is none of these.</summary>
    public static string? Foreign(ReadOnlySpan<byte> start)
    {
        var text = Encoding.Latin1.GetString(start).TrimStart();
        return text.StartsWith("version https://git-lfs", StringComparison.Ordinal) ? "is a pointer of Git LFS to the weights, not the weights. Download them: git lfs pull"
            : webPages.Any(page => text.StartsWith(page, StringComparison.OrdinalIgnoreCase)) ? "is a web page, not weights. Download it again"
            : null;
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

    /// <summary>A tensor over the file's bytes, or over a copy of them where the processor could not read them in place or their order is another.</summary>
    public Tensor Tensor(TensorEntry entry)
    {
        ObjectDisposedException.ThrowIf(disposed != 0, this);
        if (entry.Strides is not { } strides)
        {
            return Contiguous(entry);
        }

        var reach = 1 + entry.Shape.Zip(strides).Sum(pair => (pair.First - 1) * pair.Second);
        using var flat = Contiguous(entry with { Shape = [reach], Strides = null, Length = reach * SafeTensorsTypes.Size(entry.Type) });
        using var view = flat.as_strided([.. entry.Shape], [.. strides]);
        return view.contiguous();
    }

    /// <summary>Reads ahead what a tensor needs, in large pieces: the pages of a mapping come one by one otherwise.</summary>
    public void Prefetch(TensorEntry entry) => Pages.Prefetch((nint)(start + entry.Offset), entry.Length);

    /// <summary>Gives pages back that were only read; they come again when they are touched. Does nothing where tensors may have been changed.</summary>
    public void Forget(TensorEntry entry)
    {
        if (!isWritable)
        {
            Pages.Forget((nint)(start + entry.Offset), entry.Length);
        }
    }

    private Tensor Contiguous(TensorEntry entry)
    {
        long[] shape = [.. entry.Shape];
        if (entry.Length == 0)
        {
            return empty(shape, dtype: entry.Type);
        }

        var data = start + entry.Offset;
        if ((nuint)data % (nuint)SafeTensorsTypes.Size(entry.Type) != 0)
        {
            var copy = empty(shape, dtype: entry.Type);
            Buffer.MemoryCopy(data, TensorMemory.Of(copy), entry.Length, entry.Length);
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
}
