using System.Numerics;

namespace Ptgp.SpeechToText.Audio;

/// <summary>Reads numbers of any count of bits, the highest first, and keeps the check sum of the bytes they came from.</summary>
internal sealed class BitReader(ByteReader file)
{
    private static readonly ushort[] table = [.. Enumerable.Range(0, 256).Select(value => Enumerable.Range(0, 8).Aggregate((ushort)(value << 8), (sum, _) => (ushort)((sum << 1) ^ ((sum & 0x8000) != 0 ? 0x8005 : 0))))];

    private uint held;                                            // of the last byte, the bits that are left
    private int count;                                            // how many

    /// <summary>Gets the check sum (CRC-16) of all bytes since <see cref="Restart"/>.</summary>
    public ushort Sum { get; private set; }

    /// <summary>Gets the place of the byte that is read next.</summary>
    public long Position => file.Position;

    /// <summary>Begins a new check sum at a whole byte.</summary>
    public void Restart() => (Sum, count) = (0, 0);

    /// <summary>Reads up to 32 bits as a positive number.</summary>
    public uint Read(int bits)
    {
        ulong value = 0;
        while (bits > 0)
        {
            Fill();
            var part = Math.Min(bits, count);
            (count, bits) = (count - part, bits - part);
            value = (value << part) | ((held >> count) & ((1u << part) - 1));
        }

        return (uint)value;
    }

    /// <summary>Reads up to 33 bits as a number with a sign.</summary>
    public long ReadSigned(int bits)
    {
        if (bits == 0)
        {
            return 0;
        }

        var high = Math.Min(bits, 17);
        long value = Read(high);
        value = (value << 64 - high) >> 64 - high;
        return high == bits ? value : (value << (bits - high)) | Read(bits - high);
    }

    /// <summary>Counts the zeros before the next one, and passes over it.</summary>
    public int ReadZeros()
    {
        var zeros = 0;
        while (true)
        {
            Fill();
            var rest = held & ((1u << count) - 1);
            if (rest != 0)
            {
                var here = BitOperations.LeadingZeroCount(rest) - (32 - count);
                count -= here + 1;
                return zeros + here;
            }

            (zeros, count) = (checked(zeros + count), 0);
        }
    }

    /// <summary>Passes over the rest of the last byte, which must be zeros.</summary>
    public bool Align()
    {
        var isClean = (held & ((1u << count) - 1)) == 0;
        count = 0;
        return isClean;
    }

    private void Fill()
    {
        if (count > 0)
        {
            return;
        }

        var next = file.ReadByte();
        if (next < 0)
        {
            throw file.Fault(file.Position, "a frame must be whole, but the file ends within it.");
        }

        (held, count) = ((uint)next, 8);
        Sum = (ushort)((Sum << 8) ^ table[(Sum >> 8) ^ next]);
    }
}
