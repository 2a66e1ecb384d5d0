using System.Text.Json;
using Ptgp.Toolkit.Audio;

namespace Ptgp.Toolkit.Tests.Audio;

public class LogMelTests
{
    private const float Tolerance = 1e-4f;

    public static TheoryData<string, int, int, double> Cases
    {
        get
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("audio", "mel.json")));
            return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(each => new TheoryDataRow<string, int, int, double>(
                each.GetProperty("name").GetString()!, each.GetProperty("bins").GetInt32(), each.GetProperty("frames_until_padding").GetInt32(), each.GetProperty("pad_value").GetDouble()))];
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void ThirtySecondsAreTheReferences(string name, int bands, int frames, double padding)
    {
        var sound = new float[30 * LogMel.Rate];
        Samples(name).CopyTo(sound, 0);
        var mel = new LogMel(bands).Of(sound);
        Assert.Equal(3000 * bands, mel.Length);
        Compare(mel, Golden($"{name}.{bands}"), bands);
        Assert.All(mel[(frames * bands)..], value => Assert.Equal((float)padding, value, Tolerance));
    }

    [Fact]
    public void SoundThatIsNotPaddedIsReflectedAtItsEnd()
    {
        var mel = new LogMel(80).Of(Samples("jfk").AsSpan(0, 40_100));
        Assert.Equal(250 * 80, mel.Length);
        Compare(mel, Golden("jfk-first-40100-samples.80.unpadded"), 80);
    }

    [Fact]
    public void LongSoundEqualsItsPartsAwayFromTheirEnds()
    {
        // Longer than what is computed at once. The same loudest sound lies in both, so that the floor is the same.
        var (sound, jfk) = (new float[(30 * LogMel.Rate) + 80_000], Samples("jfk"));
        jfk.CopyTo(sound, 0);
        jfk.CopyTo(sound, sound.Length - jfk.Length);
        var whole = new LogMel(80).Of(sound);
        var part = new LogMel(80).Of(sound.AsSpan(160 * 1000));
        Assert.All(whole[(1002 * 80)..].Zip(part[(2 * 80)..]), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(159, 0)]
    [InlineData(160, 1)]
    [InlineData(330, 2)]
    public void ShortSoundHasAFrameForEveryTenMilliseconds(int samples, int frames)
    {
        var mel = new LogMel(80).Of(new float[samples]);
        Assert.Equal(frames * 80, mel.Length);
        Assert.All(mel, value => Assert.Equal(-1.5f, value));
    }

    private static float[] Samples(string name) => name switch
    {
        "silence" => new float[16_000],
        "sine440" => Golden("input.sine440"),
        "noise" => Sound.Read("noise.wav"),
        _ => Sound.Read(name + "-16k.wav"),
    };

    private static float[] Golden(string name) => Sound.Stored("mel.safetensors", name);

    // The golden is band by band, ours frame by frame.
    private static void Compare(float[] mel, float[] golden, int bands)
    {
        var frames = golden.Length / bands;
        for (var frame = 0; frame < frames; frame++)
        {
            for (var band = 0; band < bands; band++)
            {
                Assert.Equal(golden[(band * frames) + frame], mel[(frame * bands) + band], Tolerance);
            }
        }
    }
}
