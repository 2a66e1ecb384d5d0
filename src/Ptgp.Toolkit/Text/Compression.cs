using System.IO.Compression;
using System.Text;

namespace Ptgp.Toolkit.Text;

/// <summary>How much smaller a text becomes when it is compressed.</summary>
public static class Compression
{
    /// <summary>Gets the bytes of a text over those of its zlib form: far above 2 where it repeats itself.</summary>
    public static double Ratio(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(bytes);
        }

        // Of nothing, .NET writes nothing; zlib itself writes a frame.
        return (double)bytes.Length / Math.Max(1, packed.Length);
    }
}
