namespace Ptgp.SpeechToText.Audio;

/// <summary>A decoder that a library does the work of: whatever that fails with on a damaged file becomes an error that names the place.</summary>
/// <param name="file">The file.</param>
/// <param name="format">What the format is called.</param>
internal abstract class ForeignDecoder(ByteReader file, string format) : SoundDecoder
{
    protected delegate int Decoding(Span<float> samples);

    /// <summary>Gets the file.</summary>
    protected ByteReader File => file;

    /// <summary>Makes the library's decoder.</summary>
    protected T Make<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception fault) when (IsOfLibrary(fault))
        {
            throw Fault(fault);
        }
    }

    /// <summary>Lets the library decode; answers what it does.</summary>
    protected int Decode(Decoding decode, Span<float> samples)
    {
        int count;
        try
        {
            count = decode(samples);
        }
        catch (Exception fault) when (IsOfLibrary(fault))
        {
            throw Fault(fault);
        }

        foreach (ref var sample in samples[..count])
        {
            sample = float.IsFinite(sample) ? Math.Clamp(sample, -1, 1) : throw Fault(null);
        }

        return count;
    }

    // Not those of the disk, and not a lack of memory.
    private static bool IsOfLibrary(Exception fault) => fault is EndOfStreamException or not (IOException or OutOfMemoryException);

    private InvalidDataException Fault(Exception? cause) => file.Fault(file.Position, $"the {format} that was read up to here must make sound, but cannot be decoded: the file is damaged.", cause);
}
