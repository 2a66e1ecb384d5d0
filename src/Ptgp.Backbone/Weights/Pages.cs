using System.Runtime.InteropServices;

namespace Ptgp.Backbone.Weights;

/// <summary>Hints to the system about pages of a mapped file. They change speed and memory, never content, and are given on Linux alone.</summary>
internal static partial class Pages
{
    private const int WillNeed = 3, DontNeed = 4;

    // The kernel takes at most so much of a hint at once (the device's largest read), and drops the rest.
    private const long Piece = 1 << 20;

    /// <summary>Asks for all pages that bytes lie on, without waiting for them.</summary>
    public static void Prefetch(nint start, long length)
    {
        if (OperatingSystem.IsLinux())
        {
            var first = start & -Environment.SystemPageSize;
            var end = start + (nint)length;
            for (var at = first; at < end; at += (nint)Piece)
            {
                // A refused hint costs speed alone.
                _ = madvise(at, (nuint)Math.Min(Piece, end - at), WillNeed);
            }
        }
    }

    /// <summary>Gives back the pages that lie wholly inside some bytes.</summary>
    public static void Forget(nint start, long length)
    {
        nint page = Environment.SystemPageSize, first = (start + page - 1) & -page, end = (start + (nint)length) & -page;
        if (OperatingSystem.IsLinux() && end > first)
        {
            _ = madvise(first, (nuint)(end - first), DontNeed);
        }
    }

    [LibraryImport("libc")]
    private static partial int madvise(nint address, nuint length, int advice);
}
