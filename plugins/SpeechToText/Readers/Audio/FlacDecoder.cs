using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Ptgp.SpeechToText.Audio;

/// <summary>Decodes FLAC files frame by frame (RFC 9639), and checks what they can be checked by: each frame's sums, and the sum of all samples.</summary>
internal sealed class FlacDecoder : SoundDecoder
{
    private readonly ByteReader file;
    private readonly FlacFrame frame;
    private readonly byte[] expected;                             // the sum of all samples; zeros when it is not known
#pragma warning disable CA5351 // The format's own check against damage; nothing is secret.
    private readonly IncrementalHash sum = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
    private readonly long length;                                 // how many samples there must be; 0 when it is not known
    private byte[] packed = [];
    private long decoded;
    private int given, count;                                     // of the frame that is decoded
    private bool isDone;

    public FlacDecoder(ByteReader file)
    {
        this.file = file;
        file.Take(4, "A FLAC file's mark");
        var stream = ReadStreamInfo();
        (Rate, Channels, length) = (stream.Rate, stream.Channels, stream.Length);
        expected = stream.Sum;
        frame = new(file, stream.Rate, stream.Channels, stream.Bits);
    }

    public override int Rate { get; }

    public override int Channels { get; }

    public override int Read(Span<float> samples)
    {
        if (given == count && !Next())
        {
            return 0;
        }

        var frames = Math.Min(samples.Length / Channels, count - given);
        var scale = 1f / (1L << (frame.Bits - 1));
        for (var channel = 0; channel < Channels; channel++)
        {
            var values = frame.Samples(channel).Slice(given, frames);
            for (var i = 0; i < frames; i++)
            {
                samples[(i * Channels) + channel] = values[i] * scale;
            }
        }

        given += frames;
        return frames;
    }

    public override void Dispose()
    {
        sum.Dispose();
        file.Dispose();
    }

    private (int Rate, int Channels, int Bits, long Length, byte[] Sum) ReadStreamInfo()
    {
        (int, int, int, long, byte[])? found = null;
        for (var isLast = false; !isLast;)
        {
            var start = file.Position;
            var head = BinaryPrimitives.ReadUInt32BigEndian(file.Take(4, "A block's head"));
            isLast = head >> 31 != 0;
            var (kind, size) = ((head >> 24) & 0x7F, (int)(head & 0xFFFFFF));
            if (found is null != (kind == 0) || (kind == 0 && size != 34))
            {
                throw file.Fault(start, "a FLAC file must begin with one STREAMINFO of 34 bytes, but does not.");
            }

            if (kind == 0)
            {
                var info = file.Take(34, "STREAMINFO");
                var packed = BinaryPrimitives.ReadUInt64BigEndian(info[10..]);
                found = ((int)(packed >> 44), (int)((packed >> 41) & 7) + 1, (int)((packed >> 36) & 31) + 1, (long)(packed & 0xFFFFFFFFF), info[18..].ToArray());
                SoundLimits.Check(file, start + 14, found.Value.Item2, found.Value.Item1);
                if (found.Value.Item3 < 4)
                {
                    throw file.Fault(start + 16, $"samples must have 4 to 32 bits, but have {found.Value.Item3}.");
                }
            }
            else
            {
                file.Skip(size);
            }
        }

        return found!.Value;
    }

    private bool Next()
    {
        if (isDone)
        {
            return false;
        }

        (given, count) = (0, 0);
        var isEnd = length > 0 ? decoded >= length : file.Peek(1).IsEmpty;
        if (!isEnd)
        {
            var start = file.Position;
            if (file.Peek(1).IsEmpty)
            {
                throw file.Fault(start, $"the file must hold {length} samples of each channel, but ends after {decoded}.");
            }

            count = frame.Read();
            decoded += count;
            if (length > 0 && decoded > length)
            {
                throw file.Fault(start, $"the file must hold {length} samples of each channel, but has more.");
            }

            Sum();
            return true;
        }

        isDone = true;
        return expected.AsSpan().IndexOfAnyExcept((byte)0) < 0 || sum.GetHashAndReset().AsSpan().SequenceEqual(expected)
            ? false
            : throw file.Fault(file.Position, "the samples must have the MD5 sum that the file names, but have another: it is damaged.");
    }

    // Over the samples as whole bytes, the lowest first.
    private void Sum()
    {
        var bytes = (frame.Bits + 7) / 8;
        var size = count * Channels * bytes;
        packed = packed.Length < size ? new byte[size] : packed;
        for (var channel = 0; channel < Channels; channel++)
        {
            var values = frame.Samples(channel);
            for (var i = 0; i < count; i++)
            {
                for (var part = 0; part < bytes; part++)
                {
                    packed[(((i * Channels) + channel) * bytes) + part] = (byte)(values[i] >> (8 * part));
                }
            }
        }

        sum.AppendData(packed, 0, size);
    }
}
