namespace Ptgp.Host.Hub;

/// <summary>Bytes of a file that are fetched one after another.</summary>
/// <param name="start">Where in the file the first one belongs.</param>
/// <param name="length">How many there are.</param>
internal sealed class FilePart(long start, long length)
{
    /// <summary>Gets where in the file the first byte belongs.</summary>
    public long Start { get; } = start;

    /// <summary>Gets how many bytes there are.</summary>
    public long Length { get; } = length;

    /// <summary>Gets or sets how many of them are there.</summary>
    public long Done { get; set; }

    /// <summary>Gets where the next byte belongs.</summary>
    public long Next => Start + Done;

    /// <summary>Gets where the byte after the last would belong.</summary>
    public long End => Start + Length;

    /// <summary>Gets whether all are there.</summary>
    public bool IsWhole => Done == Length;

    /// <summary>Cuts a file into parts.</summary>
    public static IReadOnlyList<FilePart> Cut(long size, long partSize)
    {
        List<FilePart> parts = [];
        for (var start = 0L; start < size; start += partSize)
        {
            parts.Add(new(start, Math.Min(partSize, size - start)));
        }

        return parts;
    }
}
