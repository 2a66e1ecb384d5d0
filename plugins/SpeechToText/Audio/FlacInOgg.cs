namespace Ptgp.SpeechToText.Audio;

/// <summary>The FLAC file that lies in an Ogg file: its packets, one after another, behind a mark of nine bytes.</summary>
internal sealed class FlacInOgg : Stream
{
    private const int Mark = 9;

    private readonly ByteReader file;
    private readonly OggPackets packets;
    private ReadOnlyMemory<byte> packet;

    private FlacInOgg(ByteReader file)
    {
        this.file = file;
        packets = new(file);
        packet = (packets.Read() ?? []).AsMemory()[Mark..];
    }

    /// <summary>Makes a reader of the FLAC file. Places in its errors are counted within that.</summary>
    public static ByteReader Open(ByteReader file) => new(new FlacInOgg(file), file.Name + ", FLAC in Ogg");

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

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

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
