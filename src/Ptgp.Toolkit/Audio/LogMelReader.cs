namespace Ptgp.Toolkit.Audio;

/// <summary>
/// The log-mel frames of a sound of any length, window by window: equal to those of the whole sound with silence behind it, in memory that does not
/// grow with it. The sound is read twice, because every frame depends on the loudest one. Not safe to use from several threads at a time.
/// </summary>
public sealed class LogMelReader : IDisposable
{
    private const int Half = LogMel.Window / 2;
    private const int FramesAtOnce = 1000;

    private readonly Func<AudioSource> open;
    private readonly LogMel mel;
    private readonly float loudest = float.NegativeInfinity;
    private AudioSource? source;
    private bool isDisposed;
    private float[] held = [];                                    // the sound before what the source gives next
    private int count;                                            // how much of it
    private long end;                                             // where in the sound it ends

    /// <summary>Reads the sound once to its end, to learn its length and its loudest frame.</summary>
    /// <param name="open">Opens the sound, at <see cref="LogMel.Rate"/>; called again for the windows, and each time one begins before the last.</param>
    /// <param name="mel">What computes the frames.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="InvalidDataException">The sound cannot be read.</exception>
    public LogMelReader(Func<AudioSource> open, LogMel mel, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(mel);
        (this.open, this.mel) = (open, mel);
        try
        {
            var place = new float[FramesAtOnce * mel.Bands];
            for (var first = 0L; Samples < 0 || first * LogMel.Hop < Samples + Half; first += FramesAtOnce)
            {
                cancellation.ThrowIfCancellationRequested();
                loudest = Math.Max(loudest, Measure(first, place));
            }

            Remark = source?.Remark;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Gets how many samples the sound has.</summary>
    public long Samples { get; private set; } = -1;

    /// <summary>Gets how many whole frames the sound has.</summary>
    public long Frames => Samples / LogMel.Hop;

    /// <summary>Gets how long the sound is, in seconds.</summary>
    public double Seconds => Samples / (double)LogMel.Rate;

    /// <summary>Gets what is wrong with sound that can be read all the same; null for nothing.</summary>
    public string? Remark { get; }

    /// <summary>Computes the frames of a window.</summary>
    /// <param name="first">The frame it begins with. Windows are cheap in ascending order, though they may overlap.</param>
    /// <param name="count">How many frames it has. Those behind the sound are those of silence.</param>
    /// <returns>The frames, one after another: <c>[count, bands]</c>.</returns>
    /// <exception cref="InvalidDataException">The sound cannot be read.</exception>
    public float[] Read(long first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ObjectDisposedException.ThrowIf(isDisposed, this);
        var values = new float[checked(count * mel.Bands)];
        Measure(first, values);
        LogMel.Level(values, loudest);
        return values;
    }

    /// <summary>Closes the sound.</summary>
    public void Dispose()
    {
        isDisposed = true;
        source?.Dispose();
    }

    private float Measure(long first, Span<float> values)
    {
        var most = float.NegativeInfinity;
        var sound = new float[((FramesAtOnce - 1) * LogMel.Hop) + LogMel.Window];
        while (values.Length > 0)
        {
            var frames = Math.Min(FramesAtOnce, values.Length / mel.Bands);
            var part = sound.AsSpan(0, ((frames - 1) * LogMel.Hop) + LogMel.Window);
            Fetch((first * LogMel.Hop) - Half, part);
            most = Math.Max(most, mel.Measure(part, values[..(frames * mel.Bands)]));
            first += frames;
            values = values[(frames * mel.Bands)..];
        }

        return most;
    }

    // The sound from some sample on: mirrored before its start, silent behind its end.
    private void Fetch(long from, Span<float> sound)
    {
        if (from >= 0)
        {
            Take(from, sound);
            return;
        }

        var before = (int)-from;
        Span<float> start = new float[Math.Max(before + 1, sound.Length - before)];
        Take(0, start);
        for (var i = 0; i < sound.Length; i++)
        {
            sound[i] = start[Math.Abs(i - before)];
        }
    }

    private void Take(long from, Span<float> sound)
    {
        if (source is null || from < end - count)
        {
            source?.Dispose();
            source = open();
            (count, end) = (0, 0);
            if (source.Rate != LogMel.Rate)
            {
                throw new InvalidOperationException($"Sound must be read at {LogMel.Rate} samples a second, but is at {source.Rate}.");
            }
        }

        if (from > end)
        {
            Reached(end + source.Skip(from - end), from);
            count = 0;
        }

        // What is held and still wanted moves to the front; the source gives the rest.
        var kept = (int)Math.Max(0, end - from);
        held.AsSpan(count - kept, kept).CopyTo(held);
        Array.Resize(ref held, Math.Max(held.Length, Math.Max(kept, sound.Length)));
        var missing = Math.Max(0, sound.Length - kept);
        var read = source.ReadAll(held.AsSpan(kept, missing));
        Reached(end + read, end + missing);
        count = kept + read;
        var given = Math.Min(count, sound.Length);
        held.AsSpan(0, given).CopyTo(sound);
        sound[given..].Clear();
    }

    private void Reached(long place, long wanted)
    {
        end = place;
        Samples = place < wanted ? place : Samples;
    }
}
