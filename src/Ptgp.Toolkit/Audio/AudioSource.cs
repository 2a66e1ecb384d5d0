namespace Ptgp.Toolkit.Audio;

/// <summary>Sound of one channel, read once from its start. Not safe to use from several threads at a time.</summary>
public abstract class AudioSource : IDisposable
{
    /// <summary>Gets the sampling rate, in samples a second.</summary>
    public abstract int Rate { get; }

    /// <summary>Gets what is wrong with sound that can be read all the same, such as that its end is missing. It is known for certain once the sound was read to its end.</summary>
    /// <value>Null, the default, where nothing is.</value>
    public virtual string? Remark => null;

    /// <summary>Reads the samples that follow, from −1 to 1.</summary>
    /// <param name="samples">Where to write them.</param>
    /// <returns>How many were read: at least one, or 0 at the end of the sound.</returns>
    /// <exception cref="InvalidDataException">The sound cannot be read on; the message says where and why.</exception>
    public abstract int Read(Span<float> samples);

    /// <summary>Reads until the place is full or the sound ends, and answers how many samples were read.</summary>
    public int ReadAll(Span<float> samples)
    {
        var count = 0;
        for (var read = -1; read != 0 && count < samples.Length; count += read)
        {
            read = Read(samples[count..]);
        }

        return count;
    }

    /// <summary>Passes over samples, and answers how many there were.</summary>
    /// <remarks>By default they are read.</remarks>
    public virtual long Skip(long count)
    {
        var place = new float[(int)Math.Clamp(count, 0, 1 << 14)];
        var skipped = 0L;
        for (var read = -1; read != 0 && skipped < count; skipped += read)
        {
            read = Read(place.AsSpan(0, (int)Math.Min(place.Length, count - skipped)));
        }

        return skipped;
    }

    /// <summary>Reads what is left.</summary>
    public float[] ToArray()
    {
        var (all, count) = (new float[1 << 14], 0);
        for (var read = ReadAll(all); read > 0; read = ReadAll(all.AsSpan(count)))
        {
            count += read;
            if (count == all.Length)
            {
                Array.Resize(ref all, checked(2 * count));
            }
        }

        return all[..count];
    }

    /// <summary>Closes what the sound is read from.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()" />
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>Makes a source of samples that are already there.</summary>
    public static AudioSource Of(ReadOnlyMemory<float> samples, int rate) => new Samples(samples, rate);

    private sealed class Samples(ReadOnlyMemory<float> left, int rate) : AudioSource
    {
        private ReadOnlyMemory<float> left = left;

        public override int Rate => rate;

        public override int Read(Span<float> samples)
        {
            var count = Math.Min(samples.Length, left.Length);
            left.Span[..count].CopyTo(samples);
            left = left[count..];
            return count;
        }
    }
}
