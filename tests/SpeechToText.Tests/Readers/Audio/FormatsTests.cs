using CsCheck;
using Ptgp.SpeechToText.Audio;

namespace Ptgp.SpeechToText.Tests.Readers.Audio;

/// <summary>One stretch of speech in each format, made by FFmpeg.</summary>
public class FormatsTests
{
    // 0.7 s from 0.3 s on; 'jfk.oga', FLAC in Ogg, holds 0.2 s of it.
    private static readonly float[] speech = Speech();

    [Theory]
    [InlineData("jfk.mp3", 16_000, 1, 11_200, 0.97)]
    [InlineData("jfk.ogg", 44_100, 2, 30_870, 0.97)]
    [InlineData("jfk.opus", 48_000, 1, 33_600, 0.95)]
    [InlineData("jfk.oga", 16_000, 1, 3_200, 0.999)]
    public void TheSoundLiesWhereItLayBeforeItWasEncoded(string name, int rate, int channels, int samples, double likeness)
    {
        var (actualRate, decoded) = Decoding.All(Bytes(name), 700);
        Assert.Equal((rate, channels, samples), (actualRate, decoded.Length, decoded[0].Length));
        using var file = AudioFile.Open(Path(name));
        var sound = file.ToArray();
        var expected = speech[..sound.Length];
        Assert.InRange(Likeness(expected, sound, 0), likeness, 1);
        Assert.True(Likeness(expected, sound, 0) > Likeness(expected, sound, 8) && Likeness(expected, sound, 0) > Likeness(sound, expected, 8));
    }

    [Theory]
    [InlineData("jfk.mp3")]
    [InlineData("jfk.ogg")]
    [InlineData("jfk.opus")]
    [InlineData("jfk.oga")]
    [InlineData("jfk-0.3-0.7.flac")]
    public void NoFileThatIsChangedAtRandomDoesHarm(string name)
    {
        var bytes = Bytes(name);
        Gen.Select(Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Array[0, 8], Gen.Select(Gen.Int[0, 300], Gen.Byte).Array[0, 3], Gen.Int[0, 2 * bytes.Length])
            .Sample((changes, early, length) => Mutation.IsHarmless(bytes, [.. changes, .. early], length), iter: 60, seed: "0000KOIXerv2", threads: 1);
    }

    [Theory]
    [InlineData("jfk.ogg", "jfk.ogg")]
    [InlineData("jfk.opus", "jfk.opus")]
    [InlineData("jfk.oga", "jfk.oga")]
    [InlineData("jfk.oga", "jfk.opus", "jfk.ogg")]
    public void PartsOfAnOggFileFollowOnEachOther(params string[] parts)
    {
        using var chained = AudioFile.Open(new MemoryStream([.. parts.SelectMany(Bytes)]), "it");
        var sound = chained.ToArray();
        var expected = parts.Select(part =>
        {
            using var file = AudioFile.Open(Path(part));
            return file.ToArray();
        }).ToArray();
        Assert.Equal(expected.Sum(part => part.Length), sound.Length);
        var place = 0;
        foreach (var part in expected)
        {
            // Where both are resampled at once, their ends reach into each other.
            Assert.InRange(Likeness(part, sound[place..(place + part.Length)], 0), 0.999, 1.0001);
            place += part.Length;
        }
    }

    [Fact]
    public void AFaultInALaterPartIsNamed()
    {
        var bytes = Bytes("jfk.opus");
        bytes[1000] ^= 1;
        using var chained = AudioFile.Open(new MemoryStream([.. Bytes("jfk.opus"), .. bytes]), "it");
        Assert.StartsWith("it, part 2(byte ", Assert.Throws<InvalidDataException>(chained.ToArray).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnOggFileOfSomethingElseIsNamed()
    {
        var bytes = Bytes("jfk.opus");
        "Speex   "u8.CopyTo(bytes.AsSpan(28));
        Assert.Equal("it(byte 0): an Ogg file must hold Vorbis, Opus or FLAC, but begins with 'Speex   '.", Assert.Throws<InvalidDataException>(() => Decoding.All(bytes)).Message);
    }

    [Fact]
    public void AMissingFileIsNamed() => Assert.Contains("none.wav", Assert.Throws<FileNotFoundException>(() => AudioFile.Open(Path("none.wav"))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0.1, 0.2, 1_600, 3_200)]
    [InlineData(0.1, null, 1_600, 11_200)]
    [InlineData(null, 0.2, 0, 3_200)]
    [InlineData(0.1, 99.0, 1_600, 11_200)]
    [InlineData(0.3, 0.3, 4_800, 4_800)]
    public void AStretchIsThatPartOfTheWhole(double? start, double? end, int first, int last)
    {
        using var whole = AudioFile.Open(Path("jfk.opus"));
        using var part = AudioFile.Open(Path("jfk.opus"), start, end);
        Assert.Equal(whole.ToArray()[first..last], part.ToArray());
    }

    [Theory]
    [InlineData(-1.0, 2.0)]
    [InlineData(2.0, 1.0)]
    [InlineData(double.NaN, 1.0)]
    public void AStretchGoesForward(double start, double end) =>
        Assert.EndsWith($"from {start} to {end} s.", Assert.Throws<InvalidDataException>(() => AudioFile.Open(Path("jfk.opus"), start, end)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0.7)]
    [InlineData(5.0)]
    public void AStretchBehindTheEndSaysHowLongTheSoundIs(double start)
    {
        using var part = AudioFile.Open(Path("jfk.opus"), start, 6);
        Assert.EndsWith($"jfk.opus: a stretch must begin within the sound, which is 0.7 s long, but begins at {start} s.", Assert.Throws<InvalidDataException>(part.ToArray).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnEndThatIsMissingIsRemarked()
    {
        var bytes = Bytes("jfk.mp3");
        using var whole = AudioFile.Open(new MemoryStream(bytes), "it");
        whole.ToArray();
        Assert.Null(whole.Remark);
        using var cut = AudioFile.Open(new MemoryStream(bytes[..(bytes.Length / 2)]), "it");
        cut.ToArray();
        Assert.Matches(@"^it: by its header there must be 0\.70 s of sound, but the file ends after 0\.[1-4]\d s\. What is missing was not heard\.$", cut.Remark);
    }

    private static double Likeness(float[] a, float[] b, int shift)
    {
        var (sum, sumA, sumB) = (0.0, 0.0, 0.0);
        for (var i = 0; i + shift < a.Length; i++)
        {
            (sum, sumA, sumB) = (sum + (a[i] * b[i + shift]), sumA + (a[i] * a[i]), sumB + (b[i + shift] * b[i + shift]));
        }

        return sum / Math.Sqrt(sumA * sumB);
    }

    private static float[] Speech()
    {
        using var file = AudioFile.Open(Repository.Fixture("audio", "jfk-16k.wav"), 0.3, 1.0);
        return file.ToArray();
    }

    private static byte[] Bytes(string name) => File.ReadAllBytes(Path(name));

    private static string Path(string name) => Repository.Fixture("audio", "formats", name);
}
