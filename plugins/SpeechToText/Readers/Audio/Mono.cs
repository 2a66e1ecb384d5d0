using Ptgp.Toolkit.Audio;

namespace Ptgp.SpeechToText.Audio;

/// <summary>The mean of all channels of what is decoded.</summary>
internal sealed class Mono(SoundDecoder decoder) : AudioSource
{
    private readonly float[] block = new float[decoder.Channels == 1 ? 0 : 4096 * decoder.Channels];

    /// <inheritdoc />
    public override int Rate => decoder.Rate;

    /// <inheritdoc />
    public override string? Remark => decoder.Remark;

    /// <inheritdoc />
    public override int Read(Span<float> samples)
    {
        var channels = decoder.Channels;
        if (channels == 1 || samples.IsEmpty)
        {
            return samples.IsEmpty ? 0 : decoder.Read(samples);
        }

        var count = decoder.Read(block.AsSpan(0, Math.Min(samples.Length * channels, block.Length)));
        for (var i = 0; i < count; i++)
        {
            var sum = 0f;
            foreach (var sample in block.AsSpan(i * channels, channels))
            {
                sum += sample;
            }

            samples[i] = sum / channels;
        }

        return count;
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        decoder.Dispose();
        base.Dispose(disposing);
    }
}
