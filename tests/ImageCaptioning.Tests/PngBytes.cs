using System.Buffers.Binary;
using System.IO.Compression;

namespace ImageCaptioning.Tests;

/// <summary>Writes PNG of every kind that the sample reads, each line with another filter.</summary>
internal static class PngBytes
{
    /// <summary>Writes a picture.</summary>
    /// <param name="width">Pixels in a line.</param>
    /// <param name="kind">0 grey, 2 colours, 3 palette, 4 grey with alpha, 6 colours with alpha.</param>
    /// <param name="values">Values of a pixel.</param>
    /// <param name="raw">All values, a line after another.</param>
    /// <param name="palette">The palette's colours; empty for none.</param>
    /// <param name="depth">Bits a value.</param>
    public static byte[] Of(int width, byte kind, int values, byte[] raw, byte[]? palette = null, byte depth = 8)
    {
        var stride = width * values;
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), raw.Length / stride);
        (header[8], header[9]) = (depth, kind);
        using MemoryStream packed = new();
        using (ZLibStream lines = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var at = 0; at < raw.Length; at++)
            {
                var filter = at / stride % 5;
                if (at % stride == 0)
                {
                    lines.WriteByte((byte)filter);
                }

                lines.WriteByte((byte)(raw[at] - Predicted(raw, at, stride, values, filter)));
            }
        }

        using MemoryStream file = new();
        file.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        Chunk(file, "IHDR"u8, header);
        if (palette is not null)
        {
            Chunk(file, "PLTE"u8, palette);
        }

        var content = packed.ToArray();
        Chunk(file, "IDAT"u8, content[..(content.Length / 2)]); // the data may be in several pieces
        Chunk(file, "tEXt"u8, [1, 2, 3]);
        Chunk(file, "IDAT"u8, content[(content.Length / 2)..]);
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static int Predicted(byte[] raw, int at, int stride, int values, int filter)
    {
        int left = at % stride < values ? 0 : raw[at - values], above = at < stride ? 0 : raw[at - stride];
        var corner = at % stride < values || at < stride ? 0 : raw[at - stride - values];
        var guess = left + above - corner;
        return filter switch
        {
            0 => 0,
            1 => left,
            2 => above,
            3 => (left + above) / 2,
            _ => new[] { left, above, corner }.MinBy(value => Math.Abs(guess - value)),
        };
    }

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> kind, byte[] content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(kind);
        file.Write(content);
        file.Write([0, 0, 0, 0]); // nobody checks the sum
    }
}
