using Ptgp.Backbone.Weights;

namespace Ptgp.Backbone.Tests.Weights;

/// <summary>A file that is an array.</summary>
internal sealed class FileBytes(byte[] bytes) : IFileBytes
{
    public long Length => bytes.Length;

    public ReadOnlySpan<byte> Bytes(long offset, int length) => bytes.AsSpan(checked((int)offset), length);
}
