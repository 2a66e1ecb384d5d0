using NVorbis;

namespace Ptgp.SpeechToText.Audio;

/// <summary>Decodes Ogg files of Vorbis.</summary>
internal sealed class VorbisDecoder : ForeignDecoder
{
    private readonly VorbisReader decoder;

    public VorbisDecoder(ByteReader file) : base(file, "Ogg Vorbis")
    {
        decoder = Make(() => new VorbisReader(new ForwardStream(file), closeOnDispose: false));
        (Rate, Channels) = Make(() => (decoder.SampleRate, decoder.Channels));
        SoundLimits.Check(file, file.Position, Channels, Rate);
    }

    public override int Rate { get; }

    public override int Channels { get; }

    public override int Read(Span<float> samples) => Decode(decoder.ReadSamples, samples[..(samples.Length / Channels * Channels)]) / Channels;

    public override void Dispose()
    {
        decoder.Dispose();
        File.Dispose();
    }
}
