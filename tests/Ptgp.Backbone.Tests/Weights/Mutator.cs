using System.Buffers.Binary;

namespace Ptgp.Backbone.Tests.Weights;

/// <summary>Spoils files, always in the same ways for the same seed.</summary>
internal sealed class Mutator(int seed, IReadOnlyList<byte[]> files)
{
    private static readonly long[] numbers = [0, 1, -1, 2, 7, 8, 64, 127, 128, 255, 256, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 40, long.MaxValue, long.MinValue];

    private readonly Random random = new(seed);

    /// <summary>One of the files with a fault, seldom with more.</summary>
    public byte[] Next()
    {
        var file = Spoil(files[random.Next(files.Count)]);
        while (random.Next(3) == 0)
        {
            file = Spoil(file);
        }

        return file;
    }

    private byte[] Spoil(byte[] file)
    {
        if (file.Length == 0)
        {
            return [(byte)random.Next(256)];
        }

        var at = random.Next(file.Length);
        var length = Math.Min(random.Next(1, 17), file.Length - at);
        var other = files[random.Next(files.Count)];
        return random.Next(12) switch
        {
            < 2 => Changed(file, at, (byte)(file[at] ^ (1 << random.Next(8)))),
            < 4 => Changed(file, at, (byte)random.Next(256)),
            < 6 => Numbered(file, at),
            6 => Overlaid(file, at, other, random.Next(other.Length), length),
            7 => file[..at],
            8 => [.. file[..at], .. file[(at + length)..]],
            9 => [.. file[..(at + length)], .. file[at..]],
            10 => [.. file[..at], .. other.AsSpan(random.Next(other.Length))],
            _ => [.. file[..at], (byte)random.Next(256), .. file[at..]],
        };
    }

    private static byte[] Changed(byte[] file, int at, byte value)
    {
        byte[] changed = [.. file];
        changed[at] = value;
        return changed;
    }

    private static byte[] Overlaid(byte[] file, int at, byte[] other, int from, int length)
    {
        byte[] changed = [.. file];
        other.AsSpan(from, Math.Min(length, other.Length - from)).CopyTo(changed.AsSpan(at, length));
        return changed;
    }

    private byte[] Numbered(byte[] file, int at)
    {
        var number = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, numbers[random.Next(numbers.Length)]);
        var length = Math.Min(1 << random.Next(4), file.Length - at);
        return Overlaid(file, at, number, 0, length);
    }
}
