using CsCheck;
using Ptgp.Toolkit.Audio;

namespace Ptgp.Toolkit.Tests.Audio;

/// <summary>The truth is a sine that sweeps through frequencies, sampled at the rate wanted: no resampler made it.</summary>
public class ResamplerTests
{
    private const int Edge = 160;

    [Theory]
    [InlineData(8_000, 16_000, 3_400)]
    [InlineData(11_025, 16_000, 4_600)]
    [InlineData(16_001, 16_000, 6_800)]
    [InlineData(22_050, 16_000, 6_800)]
    [InlineData(44_100, 16_000, 6_800)]
    [InlineData(44_056, 16_000, 6_800)]
    [InlineData(48_000, 16_000, 6_800)]
    [InlineData(96_000, 16_000, 6_800)]
    [InlineData(192_000, 16_000, 6_800)]
    [InlineData(383_999, 16_000, 6_800)]
    [InlineData(16_000, 44_100, 6_800)]
    public void ASweepStaysASweep(int from, int to, double highest)
    {
        var (expected, actual) = (Sweep(to, highest)[Edge..^Edge], Resample(Sweep(from, highest), from, to)[Edge..^Edge]);
        var errors = expected.Zip(actual, (e, a) => (double)e - a).ToArray();
        var ratio = 10 * Math.Log10(expected.Sum(e => (double)e * e) / errors.Sum(e => e * e));
        Assert.True(ratio > 100, $"{ratio:F1} dB");
        Assert.InRange(errors.Max(Math.Abs), 0, 2e-4);
    }

    [Fact]
    public void WhatTheLowerRateCannotHoldIsGone()
    {
        float[] high = [.. Enumerable.Range(0, 24_000).Select(i => (float)(0.8 * Math.Sin(2 * Math.PI * 11_000 * i / 48_000)))];
        Assert.All(Resample(high, 48_000, 16_000)[Edge..^Edge], sample => Assert.Equal(0, sample, 1e-5f));
    }

    [Theory]
    [InlineData(8_000, 0, 0)]
    [InlineData(8_000, 1, 2)]
    [InlineData(8_000, 1_001, 2_002)]
    [InlineData(44_100, 4_410, 1_600)]
    [InlineData(44_100, 999, 363)]
    [InlineData(48_000, 1_000, 334)]
    [InlineData(48_000, 16_001, 5_334)]
    [InlineData(768_000, 1, 1)]
    public void ItsLengthIsRoundedUp(int from, int samples, int expected) => Assert.Equal(expected, Resample(new float[samples], from, 16_000).Length);

    [Fact]
    public void HowMuchIsReadAtATimeChangesNothing()
    {
        var sound = Sweep(44_100, 6_800);
        var whole = Resample(sound, 44_100, 16_000);
        Gen.Int[1, 3_000].Array[1, 5].Sample(sizes =>
        {
            using var resampled = Resampler.To(new Slow(sound, 44_100, sizes), 16_000);
            var (all, place) = (new List<float>(), new float[3_000]);
            for (var i = 0; resampled.Read(place.AsSpan(0, sizes[i % sizes.Length])) is > 0 and var read; i++)
            {
                all.AddRange(place.AsSpan(0, read));
            }

            Assert.Equal(whole, all);
        }, iter: 20, seed: "0000KOIXerv2");
    }

    [Fact]
    public void TheSameRateIsLeftAlone()
    {
        var source = AudioSource.Of(new float[3], 16_000);
        Assert.Same(source, Resampler.To(source, 16_000));
    }

    private static float[] Resample(float[] samples, int from, int to)
    {
        using var resampled = Resampler.To(AudioSource.Of(samples, from), to);
        Assert.Equal(to, resampled.Rate);
        return resampled.ToArray();
    }

    // From 60 Hz up within half a second, faded in and out over 20 ms.
    private static float[] Sweep(int rate, double highest)
    {
        const double Lowest = 60, Seconds = 0.5;
        return [.. Enumerable.Range(0, (int)Math.Round(Seconds * rate)).Select(i =>
        {
            var t = i / (double)rate;
            var fade = Math.Clamp(Math.Min(t, Seconds - t) / 0.02, 0, 1);
            return (float)(0.8 * (0.5 - (0.5 * Math.Cos(Math.PI * fade))) * Math.Sin(2 * Math.PI * ((Lowest * t) + ((highest - Lowest) * t * t / (2 * Seconds)))));
        })];
    }

    /// <summary>Gives fewer samples than it is asked for.</summary>
    private sealed class Slow(float[] samples, int rate, int[] sizes) : AudioSource
    {
        private int at, reads;

        public override int Rate => rate;

        public override int Read(Span<float> place)
        {
            var count = Math.Min(Math.Min(sizes[reads++ % sizes.Length], place.Length), samples.Length - at);
            samples.AsSpan(at, count).CopyTo(place);
            at += count;
            return count;
        }
    }
}
