using System.Globalization;
using Ptgp.Toolkit.Audio;

namespace Ptgp.SpeechToText.Audio;

/// <summary>Opens sound files of any format that is read: as one channel, at the rate wanted.</summary>
public static class AudioFile
{
    /// <summary>Opens a file. Only what is being read is in memory, however long it is.</summary>
    /// <param name="path">The file. Its format is told from its content.</param>
    /// <param name="rate">The sampling rate wanted, in samples a second.</param>
    /// <returns>The mean of its channels.</returns>
    /// <exception cref="InvalidDataException">It is of no format that is read, or damaged; the message names the byte.</exception>
    public static AudioSource Open(string path, int rate = LogMel.Rate) =>
        Open(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan), path, rate);

    /// <summary>Opens sound that is read from a stream.</summary>
    /// <param name="stream">The sound; it is closed with what is returned.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="rate">The sampling rate wanted, in samples a second.</param>
    /// <inheritdoc cref="Open(string, int)" path="/exception" />
    public static AudioSource Open(Stream stream, string name, int rate = LogMel.Rate)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        var file = new ByteReader(stream, name);
        try
        {
            return Resampler.To(OggChain.Begins(file) ? new OggChain(file) : new Mono(AudioFormat.Decoder(file)), rate);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Opens a stretch of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="start">Where the stretch begins, in seconds; null for the start of the file.</param>
    /// <param name="end">Where it ends, in seconds; null, or beyond the file, for its end.</param>
    /// <param name="rate">The sampling rate wanted, in samples a second.</param>
    /// <inheritdoc cref="Open(string, int)" path="/exception" />
    public static AudioSource Open(string path, double? start, double? end, int rate = LogMel.Rate)
    {
        var (first, last) = (start ?? 0, end ?? double.PositiveInfinity);
        if (!(first >= 0 && last >= first))
        {
            throw new InvalidDataException($"{path}: a stretch must begin at 0 s or later and end after that, but goes from {first} to {last} s.");
        }

        var source = Open(path, rate);
        return start is null && end is null ? source : new Stretch(source, path, Sample(first), Sample(last));

        long Sample(double seconds) => seconds * rate < long.MaxValue ? (long)Math.Round(seconds * rate) : long.MaxValue;
    }

    /// <summary>What lies between two samples.</summary>
    private sealed class Stretch(AudioSource source, string name, long start, long end) : AudioSource
    {
        private long place;

        public override int Rate => source.Rate;

        public override string? Remark => source.Remark;

        public override int Read(Span<float> samples)
        {
            if (place < start)
            {
                place = source.Skip(start) is var length && length == start ? start : throw Behind(length);
            }

            var count = place < end ? source.Read(samples[..(int)Math.Min(samples.Length, end - place)]) : 0;
            var isBehind = count == 0 && place == start && start > 0 && place < end && !samples.IsEmpty;
            place += count;
            return isBehind ? throw Behind(place) : count;
        }

        private InvalidDataException Behind(long length) => new(string.Create(CultureInfo.InvariantCulture,
            $"{name}: a stretch must begin within the sound, which is {length / (double)Rate:0.###} s long, but begins at {start / (double)Rate:0.###} s."));

        protected override void Dispose(bool disposing)
        {
            source.Dispose();
            base.Dispose(disposing);
        }
    }
}
