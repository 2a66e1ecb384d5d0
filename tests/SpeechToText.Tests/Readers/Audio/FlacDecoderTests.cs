using CsCheck;
using Ptgp.SpeechToText.Audio;

namespace Ptgp.SpeechToText.Tests.Readers.Audio;

public class FlacDecoderTests
{
    [Fact]
    public void WhatIsEncodedIsDecoded() => Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 8], Gen.Int[4, 32], Gen.Int[0, 4].Select(i => new[] { 1_000, 8_000, 44_100, 192_000, 655_350 }[i]), Gen.Int[1, 700], Gen.Bool).Sample(
        (seed, channels, bits, rate, length, isLengthKnown) =>
        {
            var random = new Random(seed);
            var samples = Enumerable.Range(0, channels).Select(_ => Sound(random, bits, length)).ToArray();
            var (decodedRate, decoded) = Decoding.All(new FlacEncoder(random, channels, bits, rate).Encode(samples, isLengthKnown), random.Next(1, 700));
            Assert.Equal(rate, decodedRate);
            Assert.Equal(samples.Select(channel => channel.Select(sample => sample * (1f / (1L << (bits - 1)))).ToArray()), decoded);
        },
        iter: 60,
        seed: "0000KOIXerv2");

    [Fact]
    public void ARealFileIsTheSoundThatTheReferenceReads()
    {
        // 0.4 s of 24 bits in two channels at 44.1 kHz, against another decoder and resampler, and 16 bits.
        using var file = AudioFile.Open(Repository.Fixture("audio", "formats", "jfk-0.3-0.7.flac"));
        using var reference = AudioFile.Open(Repository.Fixture("audio", "jfk-16k.wav"), 0.3, 0.7);
        var (actual, expected) = (file.ToArray(), reference.ToArray());
        Assert.Equal(6_400, actual.Length);
        var errors = actual.Zip(expected, (a, e) => Math.Abs(a - e)).ToArray()[100..^100];
        Assert.InRange(errors.Max(), 0, 2e-3);
        Assert.InRange(errors.Average(), 0, 2e-4);
        Assert.True(expected.Max() > 0.1);
    }

    [Fact]
    public void ATagBeforeAndAfterIsPassedOver()
    {
        var file = Encoded();
        byte[] tagged = [.. "ID3"u8, 4, 0, 0, 0, 0, 0, 3, 1, 2, 3, .. file, .. "TAG"u8, .. new byte[125]];
        Assert.Equal(Decoding.All(file).Channels, Decoding.All(tagged).Channels);
    }

    [Fact]
    public void AChangedBitIsNoticed()
    {
        var file = Encoded();
        var random = new Random(7);
        for (var i = 0; i < 100; i++)
        {
            var at = random.Next(8 * 56, 8 * file.Length);        // behind the heads
            var changed = file.ToArray();
            changed[at / 8] ^= (byte)(1 << (at % 8));
            Assert.StartsWith("it(byte ", Assert.Throws<InvalidDataException>(() => Decoding.All(changed)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TheSumOfAllSamplesIsChecked()
    {
        var file = Encoded();
        file[26] ^= 1;
        var fault = Assert.Throws<InvalidDataException>(() => Decoding.All(file));
        Assert.Equal($"it(byte {file.Length}): the samples must have the MD5 sum that the file names, but have another: it is damaged.", fault.Message);
        file.AsSpan(26, 16).Clear();                              // it names none
        Assert.Equal(500, Decoding.All(file).Channels[0].Length);
    }

    [Fact]
    public void AFileThatEndsEarlySaysWhere()
    {
        var file = Encoded();
        for (var length = 0; length < file.Length; length += 7)
        {
            Assert.Contains("(byte ", Assert.Throws<InvalidDataException>(() => Decoding.All(file[..length])).Message, StringComparison.Ordinal);
        }
    }

    private static byte[] Encoded()
    {
        var random = new Random(3);
        return new FlacEncoder(random, 2, 16, 16_000).Encode([Sound(random, 16, 500), Sound(random, 16, 500)]);
    }

    // What encoders meet: noise, silence, a constant, tones, samples whose lowest bits are never used, the extremes.
    private static long[] Sound(Random random, int bits, int length)
    {
        var (most, kind, wasted) = (1L << (bits - 1), random.Next(6), random.Next(bits - 1));
        return [.. Enumerable.Range(0, length).Select(i => kind switch
        {
            0 => random.NextInt64(-most, most),
            1 => 0,
            2 => most - 1,
            3 => (long)((most - 1) * Math.Sin(i * 0.1)),
            4 => random.NextInt64(-most >> wasted, most >> wasted) << wasted,
            _ => random.Next(2) == 0 ? -most : most - 1,
        })];
    }
}
