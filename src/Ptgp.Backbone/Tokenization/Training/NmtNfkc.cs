using System.IO.Compression;

namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>
/// SentencePiece's usual normalization: NFKC, control characters taken out, blanks of every kind made one. The resource <c>nmt_nfkc.gz</c> holds the character map
/// as each of its model files carries it (Apache License 2.0, Google).
/// </summary>
internal static class NmtNfkc
{
    /// <summary>What model files call it.</summary>
    public const string Name = "nmt_nfkc";

    private static readonly Lazy<byte[]> Loaded = new(Load);

    /// <summary>Gets the map, as model files hold it.</summary>
    public static ReadOnlyMemory<byte> Map => Loaded.Value;

    private static byte[] Load()
    {
        using var stream = typeof(NmtNfkc).Assembly.GetManifestResourceStream("nmt_nfkc.gz")!;
        using var unpacked = new GZipStream(stream, CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        unpacked.CopyTo(bytes);
        return bytes.ToArray();
    }
}
