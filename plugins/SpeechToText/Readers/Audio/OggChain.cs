using Ptgp.Toolkit.Audio;

namespace Ptgp.SpeechToText.Audio;

/// <summary>The sound of an Ogg file: of its parts, one after another, as of a radio station whose programmes were recorded. Each may have channels and a rate of its own; the first one's rate is given.</summary>
internal sealed class OggChain : AudioSource
{
    private readonly ByteReader file;
    private OggLink link;
    private AudioSource sound;
    private int parts = 1;

    /// <summary>Opens the first part.</summary>
    public OggChain(ByteReader file)
    {
        this.file = file;
        link = new(file);
        sound = new Mono(AudioFormat.Decoder(new(link, file.Name)));
        Rate = sound.Rate;
    }

    /// <inheritdoc />
    public override int Rate { get; }

    /// <summary>Tells whether a file is one of Ogg.</summary>
    public static bool Begins(ByteReader file) => file.Peek(4).StartsWith("OggS"u8);

    /// <inheritdoc />
    public override int Read(Span<float> samples)
    {
        int count;
        while ((count = sound.Read(samples)) == 0 && !samples.IsEmpty && link.IsFollowed())
        {
            sound.Dispose();
            link = new(file);
            sound = Resampler.To(new Mono(AudioFormat.Decoder(new(link, $"{file.Name}, part {++parts}"))), Rate);
        }

        return count;
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        sound.Dispose();
        file.Dispose();
        base.Dispose(disposing);
    }
}
