using System.Buffers.Binary;
using System.IO.Compression;

namespace ImageCaptioning.Pictures;

/// <summary>Reads PNG of eight bits a value that is not interlaced: grey, colours or a palette; what is transparent lies on white.</summary>
internal static class PngFile
{
    /// <summary>What every PNG begins with.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Reads a file's bytes.</summary>
    /// <exception cref="InvalidDataException">It is not whole, or not of this kind.</exception>
    public static Pixels Read(byte[] file)
    {
        var (header, palette, packed) = ((byte[]?)null, Array.Empty<byte>(), new MemoryStream());
        for (var at = Signature.Length; at + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > file.Length - at - 12)
            {
                throw new InvalidDataException("it is cut short");
            }

            ReadOnlySpan<byte> kind = file.AsSpan(at + 4, 4), content = file.AsSpan(at + 8, (int)length);
            if (kind.SequenceEqual("IHDR"u8))
            {
                header = content.ToArray();
            }
            else if (kind.SequenceEqual("PLTE"u8))
            {
                palette = content.ToArray();
            }
            else if (kind.SequenceEqual("IDAT"u8))
            {
                packed.Write(content);
            }

            at += 12 + (int)length; // what is between, and the check sums, is passed over
        }

        if (header is not { Length: 13 })
        {
            throw new InvalidDataException("a PNG must begin with its header, but does not");
        }

        var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(header), BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4)));
        var values = (Depth: header[8], Kind: header[9], IsInterlaced: header[12] != 0) switch
        {
            (8, 0 or 3, false) => 1,
            (8, 4, false) => 2,
            (8, 2, false) => 3,
            (8, 6, false) => 4,
            var (depth, kind, interlaced) => throw new InvalidDataException($"a PNG must have 8 bits a value and no interlacing, but has {depth} (kind {kind}){(interlaced ? " and is interlaced" : "")}; save it anew"),
        };
        if (width < 1 || height < 1 || (long)width * height > PictureFile.MostPixels)
        {
            throw new InvalidDataException($"a picture must have from 1 to {PictureFile.MostPixels} pixels, but has {width} × {height}");
        }

        packed.Position = 0;
        var raw = Unfilter(new ZLibStream(packed, CompressionMode.Decompress), (int)width * values, (int)height, values);
        return new((int)width, (int)height, ToColors(raw, values, palette));
    }

    // Each line begins with how its values are told from their neighbours' to the left, above, and above to the left.
    private static byte[] Unfilter(Stream lines, int stride, int height, int values)
    {
        var (all, line) = (new byte[(long)stride * height], new byte[stride + 1]);
        for (var y = 0; y < height; y++)
        {
            if (lines.ReadAtLeast(line, line.Length, throwOnEndOfStream: false) < line.Length)
            {
                throw new InvalidDataException($"it must hold {height} lines, but is cut short after {y}");
            }

            for (int x = 0, at = y * stride; x < stride; x++, at++)
            {
                var (left, above) = (x < values ? 0 : all[at - values], y == 0 ? 0 : all[at - stride]);
                var corner = x < values || y == 0 ? 0 : all[at - stride - values];
                all[at] = (byte)(line[x + 1] + line[0] switch
                {
                    0 => 0,
                    1 => left,
                    2 => above,
                    3 => (left + above) / 2,
                    4 => Nearest(left, above, corner),
                    var filter => throw new InvalidDataException($"its lines must be filtered in one of 5 ways, but line {y} has filter {filter}"),
                });
            }
        }

        return all;
    }

    // Paeth's: of the three, the one that is nearest to left + above - corner.
    private static int Nearest(int left, int above, int corner)
    {
        var (toLeft, toAbove, toCorner) = (Math.Abs(above - corner), Math.Abs(left - corner), Math.Abs(left + above - (2 * corner)));
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }

    private static byte[] ToColors(byte[] raw, int values, byte[] palette)
    {
        var colors = new byte[raw.Length / values * 3];
        for (int from = 0, to = 0; from < raw.Length; from += values, to += 3)
        {
            var pixel = raw.AsSpan(from, values);
            for (var i = 0; i < 3; i++)
            {
                var color = values >= 3 ? pixel[i] : palette.Length == 0 ? pixel[0]
                    : (pixel[0] * 3) + i < palette.Length ? palette[(pixel[0] * 3) + i] : throw new InvalidDataException($"its palette must hold colour {pixel[0]}, but has {palette.Length / 3}");
                colors[to + i] = values is 2 or 4 ? (byte)(255 + ((color - 255) * pixel[^1] / 255)) : color;
            }
        }

        return colors;
    }
}
