using System.Buffers.Binary;

namespace Ptgp.SpeechToText.Audio;

/// <summary>
/// Decodes WAV files (and RF64, their form above 4 GB): whole numbers of 8 to 32 bits, floats of 32 and 64, A-law and µ-law. A file whose header
/// does not know its length is read to its end, and so is one whose header promises more than there is, which is remarked.
/// </summary>
internal sealed class WavDecoder : SoundDecoder
{
    private const uint Unknown = uint.MaxValue;

    // What recorders write that cannot go back to the header: about the largest number, or about the largest with a sign.
    private const uint LeastUnsigned = 0xFFFF_0000, LeastSigned = 0x7FFF_F000, MostSigned = 0x8000_0000;
    private const int FramesAtOnce = 4096;

    private readonly ByteReader file;
    private readonly WavFormat format;
    private readonly byte[] block;
    private readonly long promised;                               // bytes of sound, by the header; the greatest number where it does not know
    private bool isAtEnd;
    private long left;                                            // of them

    public WavDecoder(ByteReader file)
    {
        this.file = file;
        var kind = file.Take(4, "A WAV file's mark");
        var isLarge = !kind.SequenceEqual("RIFF"u8);
        file.Take(4, "A WAV file's size");
        if (!file.Take(4, "A WAV file's mark").SequenceEqual("WAVE"u8))
        {
            throw file.Fault(8, "a RIFF file of sound must have the type 'WAVE', but has another.");
        }

        (format, promised) = ReadChunks(isLarge);
        left = promised;
        block = new byte[FramesAtOnce * format.FrameBytes];
    }

    public override int Rate => format.Rate;

    public override int Channels => format.Channels;

    /// <summary>Gets that sound is missing at the end, and how much: known from the start where the file's length is.</summary>
    public override string? Remark
    {
        get
        {
            var missing = IsKnown ? left - (file.Left ?? (isAtEnd ? 0 : left)) : 0;
            return missing < format.FrameBytes ? null : Cut(file, Seconds(promised), Seconds(promised - missing));
        }
    }

    private bool IsKnown => promised < long.MaxValue;

    private double Seconds(long bytes) => bytes / (double)format.FrameBytes / format.Rate;

    public override int Read(Span<float> samples)
    {
        var frames = Math.Min(samples.Length / Channels, FramesAtOnce);
        var start = file.Position;
        var bytes = file.Read(block.AsSpan(0, (int)Math.Min(left, (long)frames * format.FrameBytes)));
        frames = bytes / format.FrameBytes;
        isAtEnd = frames == 0;
        if (isAtEnd && IsKnown && left == promised && promised >= format.FrameBytes)
        {
            throw file.Fault(start, $"there must be {promised} bytes of sound, but the file ends here.");
        }

        left -= isAtEnd ? 0 : bytes;
        var wrong = format.Decode(block.AsSpan(0, frames * format.FrameBytes), samples);
        return wrong < 0 ? frames : throw file.Fault(start + ((long)wrong * format.SampleBytes), "a sample must be a finite number, but is none.");
    }

    public override void Dispose() => file.Dispose();

    // Up to the sound itself; what else a file holds is passed over.
    private (WavFormat Format, long Length) ReadChunks(bool isLarge)
    {
        WavFormat? format = null;
        var large = 0L;
        while (true)
        {
            var start = file.Position;
            if (file.Peek(8) is { Length: < 8 })
            {
                throw file.Fault(start, $"a WAV file must have a chunk '{(format is null ? "fmt " : "data")}', but ends before one.");
            }

            var id = BinaryPrimitives.ReadUInt32BigEndian(file.Take(4, "A chunk's name"));
            var size = file.TakeInt32("A chunk's size");
            if (id == Name("data"u8))
            {
                format = format ?? throw file.Fault(start, "the chunk 'fmt ' must come before 'data', but does not.");
                return (format, Length(size, isLarge ? large : null));
            }

            if (id == Name("fmt "u8))
            {
                format = WavFormat.Read(file, size);
            }
            else if (id == Name("ds64"u8) && size >= 16)
            {
                large = BinaryPrimitives.ReadInt64LittleEndian(file.Take(16, "The chunk 'ds64'")[8..]);
            }

            file.Skip(start + 8 + size + (size & 1) - file.Position);
        }
    }

    // A recorder that was stopped, or wrote into a pipe, leaves 0 or the largest number.
    private long Length(uint size, long? large) => size switch
    {
        Unknown when large > 0 => large.Value,
        Unknown => long.MaxValue,
        >= LeastUnsigned or (>= LeastSigned and <= MostSigned) when size > (file.Left ?? 0) => long.MaxValue,
        0 when file.Peek(8) is { Length: 8 } next && !IsChunk(next) => long.MaxValue,
        _ => size,
    };

    private bool IsChunk(ReadOnlySpan<byte> next)
    {
        var isName = true;
        foreach (var letter in next[..4])
        {
            isName &= letter is >= 32 and < 127;
        }

        return isName && BinaryPrimitives.ReadUInt32LittleEndian(next[4..]) <= (file.Left ?? Unknown);
    }

    private static uint Name(ReadOnlySpan<byte> name) => BinaryPrimitives.ReadUInt32BigEndian(name);
}
