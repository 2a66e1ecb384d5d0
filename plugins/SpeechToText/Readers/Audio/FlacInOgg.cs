namespace Ptgp.SpeechToText.Audio;

/// <summary>The FLAC file that lies in an Ogg file: its packets, one after another, behind a mark of nine bytes.</summary>
internal sealed class FlacInOgg : ForwardOnlyStream
{
    private const int Mark = 9;

    private readonly OggPackets packets;
    private ReadOnlyMemory<byte> packet;

    private FlacInOgg(ByteReader file) : base(file)
    {
        packets = new(file);
        packet = (packets.Read() ?? []).AsMemory()[Mark..];
    }

    /// <summary>Makes a reader of the FLAC file. Places in its errors are counted within that.</summary>
    public static ByteReader Open(ByteReader file) => new(new FlacInOgg(file), file.Name + ", FLAC in Ogg");

    public override int Read(Span<byte> buffer)
    {
        while (packet.IsEmpty)
        {
            if (packets.Read() is not { } next)
            {
                return 0;
            }

            packet = next;
        }

        var count = Math.Min(buffer.Length, packet.Length);
        packet.Span[..count].CopyTo(buffer);
        packet = packet[count..];
        return count;
    }
}
