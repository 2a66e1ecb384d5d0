namespace Ptgp.SpeechToText.Audio;

/// <summary>Reads the frames of a FLAC file: head, subframes of each channel, and the channels taken apart again.</summary>
internal sealed class FlacFrame(ByteReader file, int rate, int channels, int bits)
{
    private static readonly int[] rates = [0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
    private static readonly int[] sizes = [0, 8, 12, 0, 16, 20, 24, 32];

    private readonly BitReader reader = new(file);
    private readonly long[][] samples = [.. Enumerable.Range(0, channels).Select(_ => Array.Empty<long>())];
    private FlacSubframe? subframe;

    /// <summary>Gets how many bits a sample has.</summary>
    public int Bits => bits;

    /// <summary>Gets the samples of a channel that were read last.</summary>
    public ReadOnlySpan<long> Samples(int channel) => samples[channel];

    /// <summary>Reads the frame that follows, and answers how many samples each channel has.</summary>
    public int Read()
    {
        var start = file.Position;
        var (length, coupling) = ReadHead(start);
        subframe ??= new(reader, message => file.Fault(reader.Position, message));
        for (var channel = 0; channel < channels; channel++)
        {
            samples[channel] = samples[channel].Length < length ? new long[length] : samples[channel];
            subframe.Read(samples[channel].AsSpan(0, length), bits + (IsDifference(coupling, channel) ? 1 : 0));
        }

        var isClean = reader.Align();
        var sum = reader.Sum;
        if (!isClean || reader.Read(16) != sum)
        {
            throw file.Fault(start, "a frame must have the check sum (CRC-16) that it names, but has another: the file is damaged.");
        }

        Uncouple(coupling, length);
        for (var channel = 0; channel < channels; channel++)
        {
            var (lowest, highest) = (-(1L << (bits - 1)), (1L << (bits - 1)) - 1);
            if (samples[channel].AsSpan(0, length).IndexOfAnyExceptInRange(lowest, highest) >= 0)
            {
                throw file.Fault(start, $"a frame's samples must have {bits} bits, but have more.");
            }
        }

        return length;
    }

    private (int Length, int Coupling) ReadHead(long start)
    {
        reader.Restart();
        var check = (byte)0;
        if (Byte() != 0xFF || (Byte() & 0xFE) is not 0xF8)
        {
            throw file.Fault(start, "a frame must begin with 0xFFF8 or 0xFFF9, but does not.");
        }

        var (codes, layout) = (Byte(), Byte());
        for (var more = Leading(Byte()); more > 1; more--)          // its number, as UTF-8 writes one
        {
            Byte();
        }

        var (lengthCode, rateCode, coupling, sizeCode) = (codes >> 4, codes & 15, layout >> 4, (layout >> 1) & 7);
        var length = lengthCode switch
        {
            0 => throw file.Fault(start, "a frame's length must have a code from 1 to 15, but has 0."),
            1 => 192,
            <= 5 => 144 << lengthCode,
            6 => Byte() + 1,
            7 => (Byte() << 8) + Byte() + 1,
            _ => 1 << lengthCode,
        };
        var frameRate = rateCode switch
        {
            0 => rate,
            < 12 => rates[rateCode],
            12 => Byte() * 1000,
            13 => (Byte() << 8) + Byte(),
            14 => ((Byte() << 8) + Byte()) * 10,
            _ => throw file.Fault(start, "a frame's sampling rate must have a code from 0 to 14, but has 15."),
        };
        var sum = check;
        if (Byte() != sum)
        {
            throw file.Fault(start, "a frame's head must have the check sum (CRC-8) that it names, but has another: the file is damaged.");
        }

        var (frameChannels, frameBits) = (coupling < 8 ? coupling + 1 : coupling <= 10 ? 2 : 0, sizeCode == 0 ? bits : sizes[sizeCode]);
        return (frameRate, frameChannels, frameBits) == (rate, channels, bits)
            ? (length, coupling)
            : throw file.Fault(start, $"all frames must have {channels} channels of {bits} bits at {rate} Hz, as the file's head says, but one has {frameChannels} of {frameBits} at {frameRate}.");

        int Byte()
        {
            var value = (byte)reader.Read(8);
            check ^= value;
            for (var i = 0; i < 8; i++)
            {
                check = (byte)((check << 1) ^ (check >> 7 != 0 ? 0x07 : 0));
            }

            return value;
        }
    }

    private static int Leading(int first) => System.Numerics.BitOperations.LeadingZeroCount((uint)(byte)~first) - 24;

    // 8: left and difference; 9: difference and right; 10: mean and difference.
    private static bool IsDifference(int coupling, int channel) => (coupling is 8 or 10 && channel == 1) || (coupling == 9 && channel == 0);

    private void Uncouple(int coupling, int length)
    {
        for (var i = 0; i < length && coupling >= 8; i++)
        {
            ref var first = ref samples[0][i];
            ref var second = ref samples[1][i];
            (first, second) = coupling switch
            {
                8 => (first, first - second),
                9 => (first + second, second),
                _ => (((first << 1) | (second & 1)) + second >> 1, ((first << 1) | (second & 1)) - second >> 1),
            };
        }
    }
}
