using System.Buffers.Binary;

namespace Ptgp.SpeechToText.Audio;

/// <summary>How the samples of a WAV file are written.</summary>
internal sealed class WavFormat
{
    private const int Whole = 1, Float = 3, ALaw = 6, MuLaw = 7, Extensible = 0xFFFE;

    // The end of the identifiers that extensible files have in place of the tags.
    private static ReadOnlySpan<byte> Tail => [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

    private readonly int tag;

    private WavFormat(int tag, int channels, int rate, int sampleBytes) => (this.tag, Channels, Rate, SampleBytes) = (tag, channels, rate, sampleBytes);

    public int Channels { get; }

    public int Rate { get; }

    public int SampleBytes { get; }

    public int FrameBytes => Channels * SampleBytes;

    /// <summary>Reads a chunk 'fmt '.</summary>
    public static WavFormat Read(ByteReader file, uint size)
    {
        var start = file.Position;
        if (size < 16)
        {
            throw file.Fault(start, $"the chunk 'fmt ' must have at least 16 bytes, but has {size}.");
        }

        var chunk = file.Take((int)Math.Min(size, 40), "The chunk 'fmt '");
        var (tag, channels, rate) = (BinaryPrimitives.ReadUInt16LittleEndian(chunk), BinaryPrimitives.ReadUInt16LittleEndian(chunk[2..]), BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]));
        var (frame, bits) = (BinaryPrimitives.ReadUInt16LittleEndian(chunk[12..]), BinaryPrimitives.ReadUInt16LittleEndian(chunk[14..]));
        if (tag == Extensible)
        {
            tag = chunk.Length == 40 && chunk[26..].SequenceEqual(Tail)
                ? BinaryPrimitives.ReadUInt16LittleEndian(chunk[24..])
                : throw file.Fault(start, "an extensible 'fmt ' must name one of the standard formats, but does not.");
        }

        SoundLimits.Check(file, start + 2, channels, rate);
        var bytes = frame / channels;
        var isKnown = tag switch
        {
            Whole => bytes is >= 1 and <= 4,
            Float => bytes is 4 or 8,
            ALaw or MuLaw => bytes == 1,
            _ => throw file.Fault(start, $"the samples must be whole numbers (format 1), floats (3), A-law (6) or µ-law (7), but are {Describe(tag)}. Convert the file to one of these, or to FLAC."),
        };
        return isKnown && frame % channels == 0 && bits <= 8 * bytes && bits > 8 * (bytes - 1)
            ? new(tag, channels, (int)rate, bytes)
            : throw file.Fault(start + 12, $"{channels} samples of {bits} bits in format {tag} must fill a whole number of bytes that it allows, but are said to fill {frame}.");
    }

    /// <summary>Decodes whole frames; answers the index of a sample that is no finite number, or −1.</summary>
    public int Decode(ReadOnlySpan<byte> bytes, Span<float> samples)
    {
        for (var i = 0; i < bytes.Length / SampleBytes; i++)
        {
            var at = bytes.Slice(i * SampleBytes, SampleBytes);
            samples[i] = (tag, SampleBytes) switch
            {
                (Whole, 1) => (at[0] - 128) / 128f,
                (Whole, 2) => BinaryPrimitives.ReadInt16LittleEndian(at) / 32768f,
                (Whole, 3) => ((at[0] << 8) | (at[1] << 16) | (at[2] << 24)) / 2147483648f,
                (Whole, _) => BinaryPrimitives.ReadInt32LittleEndian(at) / 2147483648f,
                (Float, 4) => BinaryPrimitives.ReadSingleLittleEndian(at),
                (Float, _) => (float)BinaryPrimitives.ReadDoubleLittleEndian(at),
                (ALaw, _) => Expand(at[0] ^ 0x55) / 32768f,
                _ => ExpandMu((byte)~at[0]) / 32768f,
            };
            if (!float.IsFinite(samples[i]))
            {
                return i;
            }
        }

        return -1;
    }

    // G.711: a sign, three bits of exponent, four of mantissa. In A-law a set sign is positive, in µ-law (turned over) negative.
    private static int Expand(int code)
    {
        var (exponent, mantissa) = ((code >> 4) & 7, ((code & 15) << 4) + 8);
        var size = exponent == 0 ? mantissa : (mantissa + 256) << (exponent - 1);
        return (code & 0x80) != 0 ? size : -size;
    }

    private static int ExpandMu(byte code)
    {
        var size = ((((code & 15) << 3) + 132) << ((code >> 4) & 7)) - 132;
        return (code & 0x80) != 0 ? -size : size;
    }

    private static string Describe(int tag) => tag switch
    {
        2 or 0x11 => "ADPCM",
        0x31 => "GSM 6.10",
        0x50 or 0x55 => "MPEG",
        _ => $"of format {tag}",
    };
}
