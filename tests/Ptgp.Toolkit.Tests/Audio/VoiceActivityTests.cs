using CsCheck;
using Ptgp.Toolkit.Audio;

namespace Ptgp.Toolkit.Tests.Audio;

/// <summary>Noise that is loud where it stands for speech.</summary>
public class VoiceActivityTests
{
    private const int Bands = 80, Rate = 100;

    [Fact]
    public void StretchesOfSpeechAreFoundWithWhatIsAroundThem() => AreNear([(0.8, 2.2), (3.8, 5.2)], Find(null, (1, 2), (4, 5)));

    [Fact]
    public void ShortPausesAreBridgedAndShortSoundsLeftOut()
    {
        AreNear([(0.8, 3.2)], Find(null, (1, 2), (2.4, 3)));
        AreNear([(0.8, 2.2)], Find(new() { MinSpeechDurationMs = 300 }, (1, 2), (4, 4.15)));
        AreNear([(0.8, 2.2), (2.2, 3.2)], Find(new() { MinSilenceDurationMs = 250 }, (1, 2), (2.4, 3)));
        AreNear([(1, 2), (2.4, 3)], Find(new() { MinSilenceDurationMs = 250, SpeechPadMs = 0 }, (1, 2), (2.4, 3)));
        AreNear([(0.5, 2.5), (3.5, 5.5)], Find(new() { SpeechPadMs = 500 }, (1, 2), (4, 5)));
    }

    [Fact]
    public void ALoudThresholdLeavesOutWhatIsQuieter()
    {
        var samples = Noise(6, (1, 2), (4, 5));
        for (var i = 4 * 16_000; i < 5 * 16_000; i++)
        {
            samples[i] /= 10;
        }

        AreNear([(0.8, 2.2), (3.8, 5.2)], Find(samples, null));
        AreNear([(0.8, 2.2)], Find(samples, new() { Threshold = 0.8 }));
    }

    [Fact]
    public void WhereNothingCanBeToldApartAllIsSpeech() => AreNear([(0, 6)], Find(null, (0, 6)));

    [Fact]
    public void WindowsAreCutWhereNobodySpeaksOrItIsQuietest()
    {
        // Bridged pauses of 0.3 s at 2 s, 5.5 s and 7.2 s.
        var voices = Voices(Noise(9, (0, 2), (2.3, 5.5), (5.8, 7.2), (7.5, 8.5)), null);
        var whole = Assert.Single(voices.Stretches);
        var windows = voices.Windows([whole], 6 * Rate);
        Assert.Equal([(0.0, 5.65), (5.65, 8.7)], windows.Select(window => (window.Start / (double)Rate, window.End / (double)Rate)), Near);
        Assert.Equal([(0, 100), (300, 580)], voices.Windows([(0, 100), (300, 400), (500, 580)], 300));
    }

    [Fact]
    public void WindowsCoverTheirStretches() => Gen.Select(Gen.Int[1, 300], Gen.Double[0.1, 3], Gen.Int).Sample((longest, pause, seed) =>
    {
        var voices = Voices(Noise(4, (0.5, 1), (1 + (pause / 3), 3.5)), new() { MinSilenceDurationMs = Math.Abs(seed % 700) });
        var windows = voices.Windows(voices.Stretches, longest);
        Assert.All(windows, window => Assert.InRange(window.End - window.Start, 1, longest));
        Assert.All(windows.Zip(windows.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start));
        Assert.All(voices.Stretches, stretch => Assert.All(Enumerable.Range(stretch.Start, stretch.End - stretch.Start), frame => Assert.Contains(windows, window => window.Start <= frame && frame < window.End)));
    }, iter: 10, seed: "0000KOIXerv2", threads: 1);

    [Fact]
    public void AWindowIsCutWithinItsSecondHalf()
    {
        var frames = Enumerable.Range(0, 200).SelectMany(frame => Enumerable.Repeat(frame is (> 20 and < 60) or (> 130 and < 160) ? -1f : 0.5f, Bands)).ToArray();
        Assert.InRange(VoiceActivity.QuietestPlace(frames, Bands, Rate), 140, 151);
        // All is as quiet: the last place.
        Assert.Equal(200, VoiceActivity.QuietestPlace(new float[200 * Bands], Bands, Rate));
        Assert.Equal(1, VoiceActivity.QuietestPlace(new float[Bands], Bands, Rate));
    }

    private static bool Near((double, double) a, (double, double) b) => Math.Abs(a.Item1 - b.Item1) < 0.08 && Math.Abs(a.Item2 - b.Item2) < 0.08;

    private static void AreNear((double, double)[] expected, IReadOnlyList<(int Start, int End)> found) =>
        Assert.Equal(expected, found.Select(stretch => (stretch.Start / (double)Rate, stretch.End / (double)Rate)), Near);

    private static IReadOnlyList<(int Start, int End)> Find(VoiceActivityOptions? options, params (double Start, double End)[] loud) => Find(Noise(6, loud), options);

    private static IReadOnlyList<(int Start, int End)> Find(float[] samples, VoiceActivityOptions? options) => Voices(samples, options).Stretches;

    private static VoiceActivity Voices(float[] samples, VoiceActivityOptions? options)
    {
        using var sound = new LogMelReader(() => AudioSource.Of(samples, LogMel.Rate), new(Bands));
        return VoiceActivity.Of(sound, Bands, Rate, options);
    }

    private static float[] Noise(double seconds, params (double Start, double End)[] loud)
    {
        var chance = new Random(1);
        return [.. Enumerable.Range(0, (int)(seconds * 16_000)).Select(i =>
            (loud.Any(each => i >= each.Start * 16_000 && i < each.End * 16_000) ? 0.5f : 0.002f) * ((2 * chance.NextSingle()) - 1))];
    }
}
