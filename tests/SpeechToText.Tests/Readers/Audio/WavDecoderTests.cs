using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Ptgp.SpeechToText.Audio;

namespace Ptgp.SpeechToText.Tests.Readers.Audio;

public class WavDecoderTests
{
    private static readonly double[] values = [0, 0.25, -0.25, 0.5, -1, 0.9921875];

    [Theory]
    [InlineData(1, 8)]
    [InlineData(1, 16)]
    [InlineData(1, 24)]
    [InlineData(1, 32)]
    [InlineData(3, 32)]
    [InlineData(3, 64)]
    public void EverySampleTypeIsRead(int tag, int bits)
    {
        byte[] data = [.. values.SelectMany(value => Sample(tag, bits, value))];
        var plain = Wave(Format(tag, 2, 44_100, bits), data);
        var extensible = Wave(Extensible(tag, 2, 44_100, bits), data);
        foreach (var file in new[] { plain, extensible })
        {
            var (rate, channels) = Decoding.All(file, 2);
            Assert.Equal(44_100, rate);
            Assert.Equal([0, -0.25f, -1], channels[0]);
            Assert.Equal([0.25f, 0.5f, 0.9921875f], channels[1]);
        }
    }

    [Fact]
    public void BothLawsOfTelephonesAreExpanded()
    {
        // The ends, the middle and a step of each: from the tables of G.711.
        Assert.Equal([-5504 / 32768f, 5504 / 32768f, -8 / 32768f, 8 / 32768f, -32256 / 32768f, 32256 / 32768f, -848 / 32768f], Mono(6, [0x00, 0x80, 0x55, 0xD5, 0x2A, 0xAA, 0x7F]));
        Assert.Equal([-32124 / 32768f, 32124 / 32768f, 0, 0, -8 / 32768f, 8 / 32768f, -876 / 32768f], Mono(7, [0x00, 0x80, 0x7F, 0xFF, 0x7E, 0xFE, 0x50]));

        float[] Mono(int tag, byte[] data) => Decoding.All(Wave(Format(tag, 1, 8_000, 8), data)).Channels[0];
    }

    [Fact]
    public void OtherChunksArePassedOver()
    {
        byte[] data = [.. values.SelectMany(value => Sample(1, 16, value))];
        byte[] file = Riff(Chunk("JUNK", new byte[7]), Chunk("fmt ", Format(1, 1, 8_000, 16)), Chunk("LIST", [.. "odd"u8]), Chunk("data", data), Chunk("LIST", new byte[12]));
        Assert.Equal(values.Select(value => (float)value), Decoding.All(file).Channels[0]);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(uint.MaxValue)]
    [InlineData(100_000u)]
    public void ALengthThatIsNotTrueIsTheFilesOwn(uint length)
    {
        byte[] data = [.. values.SelectMany(value => Sample(1, 16, value)), 7];                      // and half a sample
        var file = Wave(Format(1, 1, 8_000, 16), data);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(40), length);
        Assert.Equal(values.Select(value => (float)value), Decoding.All(file[..(44 + data.Length)]).Channels[0]);
    }

    [Theory]
    [InlineData(0u, null)]
    [InlineData(12_000u, null)]
    [InlineData(12_001u, null)]
    [InlineData(14_000u, "it: by its header there must be 7.00 s of sound, but the file ends after 6.00 s. What is missing was not heard.")]
    [InlineData(2_000_000u, "it: by its header there must be 1000.00 s of sound, but the file ends after 6.00 s. What is missing was not heard.")]
    [InlineData(0x7FFF_F000u, null)]
    [InlineData(0x7FFF_FFFFu, null)]
    [InlineData(0xFFFF_FFD3u, null)]
    [InlineData(uint.MaxValue, null)]
    public void AnEndThatIsMissingIsRemarkedButNotALengthThatNobodyKnew(uint length, string? remark)
    {
        var file = Wave(Format(1, 1, 1_000, 16), [.. Enumerable.Range(0, 12_000).Select(i => (byte)(1 + (i % 100)))]);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(40), length);
        foreach (var stream in new Stream[] { new MemoryStream(file), new Piped(file) })
        {
            using var sound = AudioFile.Open(stream, "it", 1_000);
            Assert.Equal(6_000, sound.ToArray().Length);
            Assert.Equal(remark, sound.Remark);
        }
    }

    [Fact]
    public void SoundThatIsPromisedButNotThereIsAFault()
    {
        var file = Wave(Format(1, 1, 8_000, 16), new byte[1_000]);
        Assert.Equal("it(byte 44): there must be 1000 bytes of sound, but the file ends here.", Assert.Throws<InvalidDataException>(() => Decoding.All(file[..44])).Message);
    }

    [Fact]
    public void NoSoundIsNoFault()
    {
        Assert.Empty(Decoding.All(Wave(Format(1, 1, 8_000, 16), [])).Channels[0]);
        Assert.Empty(Decoding.All(Riff(Chunk("fmt ", Format(1, 1, 8_000, 16)), Chunk("data", []), Chunk("LIST", new byte[20]))).Channels[0]);
    }

    [Fact]
    public void TheFormAboveFourGigabytesIsRead()
    {
        var sizes = new byte[28];
        BinaryPrimitives.WriteInt64LittleEndian(sizes.AsSpan(8), 4);
        var data = Chunk("data", [0, 64, 0, 128, 1, 2, 3, 4]);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4), uint.MaxValue);
        var file = Riff(Chunk("ds64", sizes), Chunk("fmt ", Format(1, 1, 8_000, 16)), data);
        "RF64"u8.CopyTo(file);
        Assert.Equal([0.5f, -1], Decoding.All(file).Channels[0]);
    }

    [Fact]
    public void TheReferencesFilesAreReadAsPcm()
    {
        var bytes = File.ReadAllBytes(Repository.Fixture("audio", "7_jackson_0-16k.wav"));
        var (rate, channels) = Decoding.All(bytes);
        Assert.Equal(16_000, rate);
        Assert.Equal(Enumerable.Range(0, (bytes.Length - 44) / 2).Select(i => BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(44 + (2 * i))) / 32768f), channels[0]);
    }

    public static TheoryData<string, byte[]> Broken => new()
    {
        { "it(byte 0): a sound file must be WAV, FLAC, MP3 or Ogg (Vorbis, Opus, FLAC), but is empty.", [] },
        { "it(byte 0): a sound file must be WAV, FLAC, MP3 or Ogg (Vorbis, Opus, FLAC), but begins with 'hello'.", "hello"u8.ToArray() },
        { "it(byte 0): a sound file must be WAV, FLAC, MP3 or Ogg (Vorbis, Opus, FLAC), but begins with the bytes 010203.", [1, 2, 3] },
        { "it(byte 0): a sound file must be WAV, FLAC, MP3 or Ogg (Vorbis, Opus, FLAC), but is MPEG-4. Convert it to one of these.", [0, 0, 0, 32, .. "ftypM4A "u8] },
        { "it(byte 6): A WAV file's size must have 4 bytes, but the file ends after 2.", [.. "RIFF"u8, 0, 0] },
        { "it(byte 8): a RIFF file of sound must have the type 'WAVE', but has another.", [.. "RIFF"u8, 0, 0, 0, 0, .. "AVI "u8] },
        { "it(byte 12): a WAV file must have a chunk 'fmt ', but ends before one.", Riff() },
        { "it(byte 36): a WAV file must have a chunk 'data', but ends before one.", Riff(Chunk("fmt ", Format(1, 1, 8_000, 16))) },
        { "it(byte 12): the chunk 'fmt ' must come before 'data', but does not.", Riff(Chunk("data", [1, 2])) },
        { "it(byte 20): the chunk 'fmt ' must have at least 16 bytes, but has 4.", Riff(Chunk("fmt ", [1, 0, 1, 0])) },
        { "it(byte 22): sound must have 1 to 64 channels, but has 0.", Wave(Format(1, 0, 8_000, 16), [1, 2]) },
        { "it(byte 22): sound must have 1000 to 768000 samples a second, but has 3.", Wave(Format(1, 1, 3, 16), [1, 2]) },
        { "it(byte 20): the samples must be whole numbers (format 1), floats (3), A-law (6) or µ-law (7), but are ADPCM. Convert the file to one of these, or to FLAC.", Wave(Format(2, 1, 8_000, 4), [1, 2]) },
        { "it(byte 32): 1 samples of 12 bits in format 3 must fill a whole number of bytes that it allows, but are said to fill 2.", Wave(Format(3, 1, 8_000, 12), [1, 2]) },
        { "it(byte 48): a sample must be a finite number, but is none.", Wave(Format(3, 1, 8_000, 32), [.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(float.NaN)]) },
    };

    [Theory, MemberData(nameof(Broken))]
    public void ABrokenFileSaysWhatIsWrongAndWhere(string message, byte[] file) => Assert.Equal(message, Assert.Throws<InvalidDataException>(() => Decoding.All(file)).Message);

    [Fact]
    public void NoFileThatIsChangedAtRandomDoesHarm()
    {
        byte[][] files =
        [
            Wave(Format(1, 2, 44_100, 24), new byte[300]), Wave(Extensible(3, 1, 8_000, 32), new byte[200]), Riff(Chunk("LIST", new byte[9]), Chunk("fmt ", Format(7, 1, 8_000, 8)), Chunk("data", new byte[100])),
        ];
        Gen.Select(Gen.Int[0, 2], Gen.Select(Gen.Int[0, 90], Gen.Byte).Array[1, 6], Gen.Int[0, 400]).Sample((which, changes, length) => Mutation.IsHarmless(files[which], changes, length), iter: 3_000, seed: "0000KOIXerv2");
    }

    /// <summary>A stream whose length nobody knows.</summary>
    private sealed class Piped(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();
    }

    private static byte[] Sample(int tag, int bits, double value) => (tag, bits) switch
    {
        (1, 8) => [(byte)((value * 128) + 128)],
        (1, _) => BitConverter.GetBytes((int)(value * Math.Pow(2, bits - 1)))[..(bits / 8)],
        (_, 32) => BitConverter.GetBytes((float)value),
        _ => BitConverter.GetBytes(value),
    };

    private static byte[] Wave(byte[] format, byte[] data) => Riff(Chunk("fmt ", format), Chunk("data", data));

    private static byte[] Riff(params byte[][] chunks) => [.. "RIFF"u8, .. BitConverter.GetBytes(4 + chunks.Sum(chunk => chunk.Length)), .. "WAVE"u8, .. chunks.SelectMany(chunk => chunk)];

    private static byte[] Chunk(string name, byte[] content) => [.. Encoding.ASCII.GetBytes(name), .. BitConverter.GetBytes(content.Length), .. content, .. new byte[content.Length % 2]];

    private static byte[] Format(int tag, int channels, int rate, int bits)
    {
        var frame = channels * ((bits + 7) / 8);
        return [.. Short(tag), .. Short(channels), .. BitConverter.GetBytes(rate), .. BitConverter.GetBytes(rate * frame), .. Short(frame), .. Short(bits)];
    }

    private static byte[] Extensible(int tag, int channels, int rate, int bits) =>
        [.. Format(0xFFFE, channels, rate, bits), .. Short(22), .. Short(bits), 3, 0, 0, 0, .. Short(tag), 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

    private static byte[] Short(int value) => BitConverter.GetBytes((short)value);
}
