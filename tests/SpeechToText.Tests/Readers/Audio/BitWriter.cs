namespace Ptgp.SpeechToText.Tests.Readers.Audio;

/// <summary>Writes numbers of any count of bits, the highest first.</summary>
internal sealed class BitWriter
{
    private readonly List<byte> bytes = [];
    private int free;                                             // bits of the last byte

    public void Write(ulong value, int bits)
    {
        while (bits > 0)
        {
            if (free == 0)
            {
                bytes.Add(0);
                free = 8;
            }

            var part = Math.Min(bits, free);
            (bits, free) = (bits - part, free - part);
            bytes[^1] |= (byte)(((value >> bits) & ((1u << part) - 1)) << free);
        }
    }

    public void Zeros(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Write(0, 1);
        }

        Write(1, 1);
    }

    public void Bytes(ReadOnlySpan<byte> values)
    {
        foreach (var value in values)
        {
            Write(value, 8);
        }
    }

    public void Align() => Write(0, free);

    public byte[] ToArray() => [.. bytes];
}
