using System.Security.Cryptography;

namespace Ptgp.SpeechToText.Tests.Readers.Audio;

/// <summary>Writes FLAC files that use all of the format, chosen by chance: real encoders use little of it.</summary>
internal sealed class FlacEncoder(Random random, int channels, int bits, int rate)
{
    private static readonly long[][] fixedWeights = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

    /// <summary>Writes samples, channel by channel.</summary>
    /// <param name="samples">The samples of each channel, of <c>bits</c> bits.</param>
    /// <param name="isLengthKnown">Whether the head says how many samples there are.</param>
    public byte[] Encode(long[][] samples, bool isLengthKnown = true)
    {
        var length = samples[0].Length;
        var file = new BitWriter();
        file.Bytes("fLaC"u8);
        file.Write(0, 8);
        file.Write(34, 24);
        file.Write(16, 16);
        file.Write(65_535, 16);
        file.Write(0, 48);
        file.Write((ulong)rate, 20);
        file.Write((ulong)(channels - 1), 3);
        file.Write((ulong)(bits - 1), 5);
        file.Write(isLengthKnown ? (ulong)length : 0, 36);
        file.Bytes(Sum(samples));
        file.Write(0x80 | 4, 8);                                  // a block of comments, the last
        file.Write(5, 24);
        file.Bytes("hello"u8);
        for (var (at, frame) = (0, 0); at < length; frame++)
        {
            var size = Math.Min(length - at, random.Next(4) switch { 0 => 192, 1 => random.Next(1, 300), 2 => 576, _ => 256 });
            file.Bytes(Frame([.. samples.Select(channel => channel[at..(at + size)])], at));
            at += size;
        }

        return file.ToArray();
    }

    private byte[] Sum(long[][] samples)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < samples[0].Length; i++)
        {
            foreach (var channel in samples)
            {
                bytes.AddRange(BitConverter.GetBytes(channel[i]).AsSpan(0, (bits + 7) / 8));
            }
        }

#pragma warning disable CA5351
        return MD5.HashData(bytes.ToArray());
#pragma warning restore CA5351
    }

    private byte[] Frame(long[][] samples, int number)
    {
        var (frame, size, coupling) = (new BitWriter(), samples[0].Length, channels == 2 && random.Next(2) == 0 ? random.Next(8, 11) : channels - 1);
        frame.Write(0xFFF9, 16);
        var (sizeCode, sizeBits) = size switch { 192 => (1, 0), 576 => (2, 0), 256 => (8, 0), <= 256 => (6, 8), _ => (7, 16) };
        frame.Write((ulong)sizeCode, 4);
        var (rateCode, rateValue, rateBits) = random.Next(3) switch
        {
            0 when rate % 1000 == 0 && rate < 256_000 => (12, rate / 1000, 8),
            1 when rate < 65_536 => (13, rate, 16),
            1 when rate % 10 == 0 && rate < 655_360 => (14, rate / 10, 16),
            _ => (0, 0, 0),
        };
        frame.Write((ulong)rateCode, 4);
        frame.Write((ulong)coupling, 4);
        frame.Write(random.Next(2) == 0 ? 0 : (ulong)Math.Max(0, Array.IndexOf([0, 8, 12, -1, 16, 20, 24, 32], bits)), 3);
        frame.Write(0, 1);
        frame.Bytes(Number(number));
        frame.Write((ulong)(size - 1), sizeBits);
        frame.Write((ulong)rateValue, rateBits);
        frame.Write(Check(frame.ToArray(), 0x07, 8), 8);
        var (first, second) = (samples[0], samples[^1]);
        long[] difference = [.. first.Zip(second, (a, b) => a - b)];
        long[][] coded = coupling switch
        {
            8 => [first, difference],
            9 => [difference, second],
            10 => [[.. first.Zip(second, (a, b) => (a + b) >> 1)], difference],
            _ => samples,
        };
        foreach (var channel in coded)
        {
            Subframe(frame, channel, bits + (channel == difference ? 1 : 0));
        }

        frame.Align();
        frame.Write(Check(frame.ToArray(), 0x8005, 16), 16);
        return frame.ToArray();
    }

    private void Subframe(BitWriter frame, long[] samples, int width)
    {
        var wasted = samples.All(sample => sample == 0) ? 0 : samples.Where(sample => sample != 0).Min(sample => (int)long.TrailingZeroCount(sample));
        samples = [.. samples.Select(sample => sample >> wasted)];
        width -= wasted;
        var order = random.Next(Math.Min(samples.Length, 33));
        var kind = samples.All(sample => sample == samples[0]) ? 0 : random.Next(4) switch { 0 => 1, 1 => 8 + Math.Min(order, 4), _ => order == 0 ? 8 : 31 + order };
        frame.Write((ulong)((kind << 1) | (wasted > 0 ? 1 : 0)), 8);
        if (wasted > 0)
        {
            frame.Zeros(wasted - 1);
        }

        order = kind switch { 0 => 1, 1 => samples.Length, >= 32 => kind - 31, _ => kind - 8 };
        foreach (var sample in samples[..order])
        {
            frame.Write((ulong)sample, width);
        }

        if (kind >= 32)
        {
            var (precision, shift) = (random.Next(1, 16), random.Next(16));
            var weights = Enumerable.Range(0, order).Select(_ => (long)random.Next(-(1 << (precision - 1)), 1 << (precision - 1)) / order).ToArray();
            shift = Math.Max(shift, precision - 2);
            frame.Write((ulong)(precision - 1), 4);
            frame.Write((ulong)shift, 5);
            foreach (var weight in weights)
            {
                frame.Write((ulong)weight, precision);
            }

            Rest(frame, samples, weights, shift);
        }
        else if (kind >= 8)
        {
            Rest(frame, samples, fixedWeights[order], 0);
        }
    }

    private void Rest(BitWriter frame, long[] samples, long[] weights, int shift)
    {
        var rest = samples.Select((sample, i) => i < weights.Length ? 0 : sample - (weights.Select((weight, j) => weight * samples[i - 1 - j]).Sum() >> shift)).ToArray();
        var parts = random.Next(5);
        while (samples.Length % (1 << parts) != 0 || samples.Length >> parts < weights.Length)
        {
            parts--;
        }

        var method = random.Next(2);
        frame.Write((ulong)method, 2);
        frame.Write((ulong)parts, 4);
        var size = samples.Length >> parts;
        for (var part = 0; part < 1 << parts; part++)
        {
            var values = rest[Math.Max(part * size, weights.Length)..((part + 1) * size)];
            var width = values.Length == 0 ? 0 : values.Max(value => value == 0 ? 0 : 65 - (int)long.LeadingZeroCount(value ^ (value >> 63)));
            if (width <= 31 && random.Next(3) == 0)
            {
                frame.Write(ulong.MaxValue, 4 + method);
                frame.Write((ulong)width, 5);
                foreach (var value in values)
                {
                    frame.Write((ulong)value, width);
                }

                continue;
            }

            var parameter = Math.Clamp(width - random.Next(1, 5), 0, method == 0 ? 14 : 30);
            frame.Write((ulong)parameter, 4 + method);
            foreach (var value in values)
            {
                var code = (ulong)((value << 1) ^ (value >> 63));
                frame.Zeros((int)(code >> parameter));
                frame.Write(code, parameter);
            }
        }
    }

    // As UTF-8 writes a number.
    private static byte[] Number(int value) => value < 0x80 ? [(byte)value] : value < 0x800
        ? [(byte)(0xC0 | (value >> 6)), (byte)(0x80 | (value & 63))]
        : [(byte)(0xE0 | (value >> 12)), (byte)(0x80 | ((value >> 6) & 63)), (byte)(0x80 | (value & 63))];

    private static ulong Check(byte[] bytes, int polynomial, int width)
    {
        var sum = 0;
        foreach (var value in bytes)
        {
            sum ^= value << (width - 8);
            for (var i = 0; i < 8; i++)
            {
                sum = (sum << 1) ^ ((sum >> (width - 1)) * (polynomial | (1 << width)));
            }
        }

        return (ulong)sum;
    }
}
