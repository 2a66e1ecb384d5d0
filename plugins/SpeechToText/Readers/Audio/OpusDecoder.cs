using System.Buffers.Binary;
using Concentus;

namespace Ptgp.SpeechToText.Audio;

/// <summary>Decodes Ogg files of Opus (RFC 7845): at 48 kHz, whatever it was recorded at.</summary>
internal sealed class OpusDecoder : ForeignDecoder
{
    private const int LongestPacket = 5760;                       // samples of each channel: 120 ms

    private readonly OggPackets packets;
    private readonly Func<byte[], float[], int> decode;
    private readonly float[] block;
    private readonly float gain;
    private int before;                                           // samples to leave out at the start
    private int given, count;                                     // of the packet that is decoded
    private long decoded;

    public OpusDecoder(ByteReader file) : base(file, "Ogg Opus")
    {
        packets = new(file);
        var head = packets.Read() ?? [];
        if (head.Length < 19 || !head.AsSpan().StartsWith("OpusHead"u8) || head[8] >> 4 != 0)
        {
            throw file.Fault(0, "a file of Opus must begin with a head of 19 bytes and version 1, but does not.");
        }

        Channels = head[9];
        SoundLimits.Check(file, 28 + 9, Channels, Rate);
        before = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(10));
        gain = (float)Math.Pow(10, BinaryPrimitives.ReadInt16LittleEndian(head.AsSpan(16)) / (20 * 256.0));
        (decode, block) = (Decoder(head), new float[LongestPacket * Channels]);
        _ = packets.Read();                                       // the title and the like
    }

    public override int Rate => 48_000;

    public override int Channels { get; }

    public override int Read(Span<float> samples)
    {
        while (given == count)
        {
            if (packets.Read() is not { } packet)
            {
                return 0;
            }

            Open(packet);
        }

        var frames = Math.Min(samples.Length / Channels, count - given);
        block.AsSpan(given * Channels, frames * Channels).CopyTo(samples);
        given += frames;
        return frames;
    }

    public override void Dispose() => File.Dispose();

    private void Open(byte[] packet)
    {
        count = Decode(_ => decode(packet, block) * Channels, block) / Channels;
        given = Math.Min(before, count);
        before -= given;
        decoded += count;
        foreach (ref var sample in block.AsSpan(0, gain == 1 ? 0 : count * Channels))
        {
            sample *= gain;
        }

        // The last page says how many samples there are, so that the last packet may hold fewer than it decodes to.
        if (packets is { IsLastPage: true, IsLastOfPage: true, Granule: >= 0 })
        {
            count = (int)Math.Clamp(count - (decoded - packets.Granule), given, count);
        }
    }

    private Func<byte[], float[], int> Decoder(byte[] head)
    {
        if (head[18] == 0)
        {
            var single = Make(() => OpusCodecFactory.CreateDecoder(Rate, Channels));
            return (packet, place) => single.Decode(packet, place, LongestPacket, false);
        }

        if (head.Length < 21 + Channels)
        {
            throw File.Fault(28 + 18, $"a head of {Channels} channels must say which streams they are in, but ends before.");
        }

        var multiple = Make(() => OpusCodecFactory.CreateMultiStreamDecoder(Rate, Channels, head[19], head[20], head[21..(21 + Channels)]));
        return (packet, place) => multiple.DecodeMultistream(packet, place, LongestPacket, false);
    }
}
