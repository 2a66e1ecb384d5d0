using System.Buffers.Binary;

namespace Ptgp.SpeechToText.Audio;

/// <summary>Takes the packets of the first stream out of a part of an Ogg file (RFC 3533, see <see cref="OggLink" />). Pages of other streams are passed over.</summary>
internal sealed class OggPackets(ByteReader file)
{
    private const int MostBytes = 1 << 20;                        // of a packet
    private static readonly uint[] table = [.. Enumerable.Range(0, 256).Select(value => Enumerable.Range(0, 8).Aggregate((uint)value << 24, (sum, _) => (sum << 1) ^ ((sum >> 31) * 0x04C11DB7)))];

    private readonly byte[] lacing = new byte[255];
    private byte[] body = [];
    private uint? serial;
    private int segments, segment, at;

    /// <summary>Gets how many samples are done with the last packet that the page completes, as the codec counts them; −1 when it completes none.</summary>
    public long Granule { get; private set; } = -1;

    /// <summary>Gets whether the packet that was read last is the last one of its page.</summary>
    public bool IsLastOfPage => !lacing.AsSpan(segment, segments - segment).ContainsAnyExceptInRange((byte)255, (byte)255);

    /// <summary>Gets whether the page is the stream's last.</summary>
    public bool IsLastPage { get; private set; }

    /// <summary>Reads the next packet; null at the end.</summary>
    public byte[]? Read()
    {
        using var packet = new MemoryStream();
        while (true)
        {
            if (segment == segments && !ReadPage(packet.Length > 0))
            {
                return null;
            }

            while (segment < segments)
            {
                var length = lacing[segment++];
                packet.Write(body, at, length);
                at += length;
                if (packet.Length > MostBytes)
                {
                    throw file.Fault(file.Position, $"a packet must have at most {MostBytes} bytes, but has more.");
                }

                if (length < 255)
                {
                    return packet.ToArray();
                }
            }
        }
    }

    private bool ReadPage(bool isWithin)
    {
        while (true)
        {
            var start = file.Position;
            if (file.Peek(1).IsEmpty)
            {
                return false;
            }

            var head = file.Take(27, "A page's head").ToArray();
            if (!head.AsSpan().StartsWith("OggS"u8) || head[4] != 0)
            {
                throw file.Fault(start, "a page must begin with 'OggS' and version 0, but does not.");
            }

            segments = head[26];
            file.Take(segments, "A page's table").CopyTo(lacing);
            var size = 0;
            foreach (var length in lacing.AsSpan(0, segments))
            {
                size += length;
            }

            body = file.Take(size, "A page").ToArray();
            (segment, at) = (0, 0);
            var sum = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(22));
            head.AsSpan(22, 4).Clear();
            if (Sum(body, Sum(lacing.AsSpan(0, segments), Sum(head, 0))) != sum)
            {
                throw file.Fault(start, "a page must have the check sum (CRC-32) that it names, but has another: the file is damaged.");
            }

            var page = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(14));
            serial ??= page;
            if (page != serial)
            {
                segments = segment = 0;
                continue;
            }

            if ((head[5] & 1) != 0 != isWithin)
            {
                throw file.Fault(start, $"a page must {(isWithin ? "go on with the packet before it" : "begin with a new packet")}, but does not: the file is damaged.");
            }

            (Granule, IsLastPage) = (BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(6)), (head[5] & 4) != 0);
            return true;
        }
    }

    private static uint Sum(ReadOnlySpan<byte> bytes, uint sum)
    {
        foreach (var value in bytes)
        {
            sum = (sum << 8) ^ table[(sum >> 24) ^ value];
        }

        return sum;
    }
}
