using System.Buffers.Binary;
using System.IO.Compression;

namespace Ptgp.Tests;

/// <summary>Draws a shape somewhere near the middle of a small picture, a little larger or smaller, on a background a little lighter or darker.</summary>
internal sealed class Drawing
{
    public const int Side = 32;

    public static readonly string[] Colors = ["red", "green", "blue", "yellow"];

    public static readonly string[] Shapes = ["circle", "square", "triangle"];

    private static readonly byte[][] Paints = [[210, 40, 40], [40, 170, 60], [40, 70, 210], [225, 205, 40]];

    private Drawing(string caption, byte[] pixels) => (Caption, Pixels) = (caption, pixels);

    /// <summary>Gets what it shows, such as <c>a red circle</c>.</summary>
    public string Caption { get; }

    /// <summary>Gets red, green and blue of each pixel.</summary>
    public byte[] Pixels { get; }

    /// <summary>Draws every shape in every colour some times.</summary>
    public static IEnumerable<Drawing> All(int times, int seed)
    {
        Random random = new(seed);
        return Enumerable.Range(0, times * Colors.Length * Shapes.Length)
            .Select(i => Draw(i % Colors.Length, i / Colors.Length % Shapes.Length, random)).ToList();
    }

    /// <summary>Saves the picture as a PNG; its lines are told by their difference to those above, as painting programs do.</summary>
    public void SavePng(string path)
    {
        using var file = File.Create(path);
        file.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        Chunk(file, "IHDR"u8, [0, 0, 0, Side, 0, 0, 0, Side, 8, 2, 0, 0, 0]);
        using MemoryStream packed = new();
        using (ZLibStream lines = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < Side; y++)
            {
                lines.WriteByte(2);
                for (var i = y * Side * 3; i < (y + 1) * Side * 3; i++)
                {
                    lines.WriteByte((byte)(Pixels[i] - (y == 0 ? 0 : Pixels[i - (Side * 3)])));
                }
            }
        }

        Chunk(file, "IDAT"u8, packed.ToArray());
        Chunk(file, "IEND"u8, []);
    }

    /// <summary>Saves the picture as a PPM.</summary>
    public void SavePpm(string path) => File.WriteAllBytes(path, [.. "P6\n# drawn\n32 32\n255\n"u8, .. Pixels]);

    private static Drawing Draw(int color, int shape, Random random)
    {
        var (x, y, radius) = (15.5 + random.Next(-2, 3), 15.5 + random.Next(-2, 3), 9 + (3 * random.NextDouble()));
        var (ground, pixels) = ((byte)random.Next(200, 256), new byte[Side * Side * 3]);
        for (var i = 0; i < Side * Side; i++)
        {
            var (dx, dy) = ((i % Side) - x, (i / Side) - y);
            var isInside = Shapes[shape] switch
            {
                "circle" => (dx * dx) + (dy * dy) <= radius * radius,
                "square" => Math.Max(Math.Abs(dx), Math.Abs(dy)) <= radius,
                _ => Math.Abs(dy) <= radius && Math.Abs(dx) <= (dy + radius) / 2,
            };
            for (var c = 0; c < 3; c++)
            {
                pixels[(3 * i) + c] = isInside ? Paints[color][c] : ground;
            }
        }

        return new($"a {Colors[color]} {Shapes[shape]}", pixels);
    }

    private static void Chunk(FileStream file, ReadOnlySpan<byte> kind, byte[] content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(kind);
        file.Write(content);
        var sum = 0xFFFFFFFF;
        foreach (var one in (byte[])[.. kind, .. content])
        {
            sum ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                sum = (sum >> 1) ^ ((sum & 1) * 0xEDB88320);
            }
        }

        BinaryPrimitives.WriteUInt32BigEndian(number, ~sum);
        file.Write(number);
    }
}
