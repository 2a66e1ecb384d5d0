namespace Ptgp.Backbone.Weights;

/// <summary>The bytes of a file, wherever they lie.</summary>
internal interface IFileBytes
{
    long Length { get; }

    /// <summary>The bytes from an offset on; they must lie inside the file.</summary>
    ReadOnlySpan<byte> Bytes(long offset, int length);
}
