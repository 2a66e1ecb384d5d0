using Ptgp.Toolkit.Audio;

namespace Ptgp.Toolkit.Tests.Audio;

public class LogMelReaderTests
{
    private static readonly LogMel mel = new(80);

    [Theory]
    [InlineData(0, 0, 20)]
    [InlineData(1, 0, 20)]
    [InlineData(150, 0, 3)]
    [InlineData(199, 0, 4)]
    [InlineData(30_000, 0, 187)]
    [InlineData(30_000, 100, 87)]
    [InlineData(30_000, 150, 100)]
    [InlineData(30_000, 5_000, 10)]
    [InlineData(176_000, 900, 200)]
    public void AWindowIsThatOfTheWholeSoundWithSilenceBehindIt(int samples, int first, int count)
    {
        using var reader = new LogMelReader(() => Open(samples), mel);
        Assert.Equal((samples, samples / 160), (reader.Samples, reader.Frames));
        Assert.Equal(Whole(samples, first + count)[(first * 80)..((first + count) * 80)], reader.Read(first, count));
    }

    [Fact]
    public void WindowsMayOverlapAndGoBack()
    {
        var whole = Whole(176_000, 2000);
        using var reader = new LogMelReader(() => Open(176_000), mel);
        foreach (var (first, count) in new[] { (0, 300), (120, 300), (130, 10), (420, 300), (0, 300), (1090, 300), (1091, 1), (5, 1095) })
        {
            Assert.Equal(whole[(first * 80)..((first + count) * 80)], reader.Read(first, count));
        }
    }

    [Fact]
    public void LongSoundIsHeldInPartsOnly()
    {
        // Twenty minutes: 77 MB of samples, 38 MB of frames.
        const long Samples = 20 * 60 * LogMel.Rate;
        using var reader = new LogMelReader(() => new Pulses(Samples), mel);
        Assert.Equal((Samples, 120_000, 1200.0), (reader.Samples, reader.Frames, reader.Seconds));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var window = reader.Read(119_000, 1500);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8_000_000);
        Assert.True(window[..(1000 * 80)].Max() > window[(1002 * 80)..].Max());
    }

    [Fact]
    public void TheSoundIsClosed()
    {
        var opened = new List<Closing>();
        var reader = new LogMelReader(() => Add(new()), mel);
        reader.Read(5, 5);
        reader.Read(0, 5);
        reader.Dispose();
        Assert.True(opened.Count >= 2);
        Assert.All(opened, source => Assert.True(source.IsClosed));
        Assert.Throws<ObjectDisposedException>(() => reader.Read(0, 1));

        Closing Add(Closing source)
        {
            opened.Add(source);
            return source;
        }
    }

    [Fact]
    public void AnotherRateIsRefused()
    {
        var fault = Assert.Throws<InvalidOperationException>(() => new LogMelReader(() => AudioSource.Of(new float[10], 8000), mel));
        Assert.Equal("Sound must be read at 16000 samples a second, but is at 8000.", fault.Message);
    }

    private static AudioSource Open(int samples) => AudioSource.Of(Sound.Read("jfk-16k.wav").AsMemory(0, samples), LogMel.Rate);

    private static float[] Whole(int samples, int frames)
    {
        var padded = new float[Math.Max(samples, frames * LogMel.Hop) + 1600];
        Sound.Read("jfk-16k.wav").AsSpan(0, samples).CopyTo(padded);
        return mel.Of(padded);
    }

    private sealed class Pulses(long left) : AudioSource
    {
        private long left = left;

        public override int Rate => LogMel.Rate;

        public override int Read(Span<float> samples)
        {
            var count = (int)Math.Min(left, samples.Length);
            samples[..count].Clear();
            for (var i = 0; i < count; i += 16_000)
            {
                samples[i] = 0.5f;
            }

            left -= count;
            return count;
        }
    }

    private sealed class Closing : AudioSource
    {
        private int left = 10_000;

        public bool IsClosed { get; private set; }

        public override int Rate => LogMel.Rate;

        public override int Read(Span<float> samples)
        {
            var count = Math.Min(left, samples.Length);
            samples[..count].Clear();
            left -= count;
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            IsClosed = true;
            base.Dispose(disposing);
        }
    }
}
