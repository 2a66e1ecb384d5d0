namespace Ptgp.SpeechToText.Audio;

/// <summary>Decodes a file of sound, block by block.</summary>
internal abstract class SoundDecoder : IDisposable
{
    /// <summary>Gets the sampling rate, in samples a second.</summary>
    public abstract int Rate { get; }

    /// <summary>Gets how many channels there are.</summary>
    public abstract int Channels { get; }

    /// <summary>Decodes what follows, from −1 to 1, one sample of each channel after another.</summary>
    /// <param name="samples">Where to write them; room for a sample of each channel at least.</param>
    /// <returns>How many samples of each channel there are: at least one, or 0 at the end.</returns>
    /// <exception cref="InvalidDataException">The file is damaged; the message says where.</exception>
    public abstract int Read(Span<float> samples);

    /// <summary>Closes the file.</summary>
    public abstract void Dispose();
}
