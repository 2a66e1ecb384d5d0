using System.Buffers.Binary;
using NLayer;

namespace Ptgp.SpeechToText.Audio;

/// <summary>Decodes MP3 files. What the encoder put before and behind the sound is left out, where the file says how much that is.</summary>
internal sealed class Mp3Decoder : ForeignDecoder
{
    private const int DecoderDelay = 529;                         // samples that every decoder is late by
    private const int LeastMissing = 2 * 1152;                    // of samples: encoders may count a frame more

    private readonly MpegFile decoder;
    private readonly float[] skipped;
    private readonly long promised = long.MaxValue;               // samples of each channel, by the header; the greatest number where it does not say
    private long before, left = long.MaxValue;                    // likewise
    private bool isAtEnd;

    public Mp3Decoder(ByteReader file) : base(file, "MP3")
    {
        if (Padding(file.Peek(256)) is (var start, var end, var whole))
        {
            (before, left) = (start + DecoderDelay, whole - start - end);
            promised = left;
        }

        decoder = Make(() => new MpegFile(new ForwardStream(file)));
        (Rate, Channels) = Make(() => (decoder.SampleRate, decoder.Channels));
        SoundLimits.Check(file, file.Position, Channels, Rate);
        skipped = new float[1152 * Channels];
    }

    public override int Rate { get; }

    public override int Channels { get; }

    /// <inheritdoc />
    public override string? Remark => isAtEnd && promised < long.MaxValue && left > LeastMissing ? Cut(File, promised / (double)Rate, (promised - left) / (double)Rate) : null;

    /// <summary>Tells whether a frame begins here: eleven bits are set, and what follows is allowed.</summary>
    public static bool Begins(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 4 && bytes[0] == 0xFF && (bytes[1] & 0xE0) == 0xE0 && (bytes[1] & 0x18) != 0x08 && (bytes[1] & 0x06) != 0 && bytes[2] >> 4 != 15 && (bytes[2] & 0x0C) != 0x0C;

    public override int Read(Span<float> samples)
    {
        for (var read = -1; before > 0 && read != 0; before -= read)
        {
            read = Decode(skipped.AsSpan(0, (int)Math.Min(skipped.Length, before * Channels)));
        }

        var count = Decode(samples[..(int)Math.Min(samples.Length / Channels * Channels, left > int.MaxValue ? int.MaxValue : left * Channels)]);
        isAtEnd = count == 0 && !samples.IsEmpty;
        left -= count;
        return count;
    }

    public override void Dispose()
    {
        decoder.Dispose();
        File.Dispose();
    }

    private int Decode(Span<float> samples) => samples.IsEmpty ? 0 : Decode(decoder.ReadSamples, samples) / Channels;

    // LAME's note in a first frame that holds no sound: how many samples it put before and behind, and how many frames follow.
    private static (int Start, int End, long Whole)? Padding(ReadOnlySpan<byte> frame)
    {
        if (!Begins(frame) || frame.Length < 256)
        {
            return null;
        }

        var (isFirst, isMono, hasSum) = ((frame[1] & 0x08) != 0, frame[3] >> 6 == 3, (frame[1] & 1) == 0);
        var note = frame[(4 + (hasSum ? 2 : 0) + ((isFirst, isMono) switch { (true, false) => 32, (false, true) => 9, _ => 17 }))..];
        if (!note.StartsWith("Xing"u8) && !note.StartsWith("Info"u8))
        {
            return null;
        }

        var flags = note[7];
        var at = 8 + ((flags & 1) != 0 ? 4 : 0) + ((flags & 2) != 0 ? 4 : 0) + ((flags & 4) != 0 ? 100 : 0) + ((flags & 8) != 0 ? 4 : 0);
        var encoder = note[at..];
        if ((flags & 1) == 0 || !(encoder.StartsWith("LAME"u8) || encoder.StartsWith("Lavc"u8) || encoder.StartsWith("Lavf"u8)))
        {
            return null;
        }

        var (start, end) = ((encoder[21] << 4) | (encoder[22] >> 4), ((encoder[22] & 15) << 8) | encoder[23]);
        var whole = BinaryPrimitives.ReadUInt32BigEndian(note[8..]) * (isFirst ? 1152L : 576);
        return whole > start + end ? (start, end, whole) : null;
    }
}
