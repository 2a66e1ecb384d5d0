using System.Globalization;

namespace Ptgp.SpeechToText.Audio;

/// <summary>Decodes a file of sound, block by block.</summary>
internal abstract class SoundDecoder : IDisposable
{
    /// <summary>Gets the sampling rate, in samples a second.</summary>
    public abstract int Rate { get; }

    /// <summary>Gets how many channels there are.</summary>
    public abstract int Channels { get; }

    /// <summary>Gets what is wrong with sound that can be decoded all the same; null for nothing. It is known for certain at the end.</summary>
    public virtual string? Remark => null;

    /// <summary>Decodes what follows, from −1 to 1, one sample of each channel after another.</summary>
    /// <param name="samples">Where to write them; room for a sample of each channel at least.</param>
    /// <returns>How many samples of each channel there are: at least one, or 0 at the end.</returns>
    /// <exception cref="InvalidDataException">The file is damaged; the message says where.</exception>
    public abstract int Read(Span<float> samples);

    /// <summary>Says that a file ends before the sound that its header promises, both in seconds.</summary>
    protected static string Cut(ByteReader file, double promised, double found) => string.Create(CultureInfo.InvariantCulture,
        $"{file.Name}: by its header there must be {promised:0.00} s of sound, but the file ends after {found:0.00} s. What is missing was not heard.");

    /// <summary>Closes the file.</summary>
    public abstract void Dispose();
}
