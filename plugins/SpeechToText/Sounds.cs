using Ptgp.SpeechToText.Audio;
using Ptgp.Toolkit.Audio;

namespace Ptgp.SpeechToText;

/// <summary>Opens recordings. What cannot be read is the asker's, and is said to him.</summary>
internal static class Sounds
{
    /// <summary>Opens a recording.</summary>
    /// <exception cref="FormatException">There is no such file, or it is none that is read.</exception>
    public static AudioSource Open(Recording recording) => Try(recording, () => AudioFile.Open(recording.Audio, recording.Start, recording.End));

    /// <summary>Opens the frames of a recording, after reading it once.</summary>
    /// <inheritdoc cref="Open" path="/exception" />
    public static LogMelReader Frames(Recording recording, LogMel mel, CancellationToken cancellation) => Try(recording, () => new LogMelReader(() => Open(recording), mel, cancellation));

    /// <summary>Reads the beginning of a recording.</summary>
    /// <param name="recording">The recording.</param>
    /// <param name="speed">How many times faster it is played.</param>
    /// <param name="count">How many samples are read; those behind its end are silence.</param>
    /// <returns>The samples, and what is wrong with the sound although it can be read; null for nothing.</returns>
    /// <inheritdoc cref="Open" path="/exception" />
    public static (float[] Samples, string? Remark) Read(Recording recording, double speed, int count) => Try(recording, () =>
    {
        using var source = speed == 1 ? Open(recording) : Resampler.To(new FasterSound(Open(recording), speed), LogMel.Rate);
        var samples = new float[count];
        source.ReadAll(samples);
        return (samples, source.Remark);
    });

    private static T Try<T>(Recording recording, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FormatException(
                Directory.Exists(recording.Audio) ? $"An input must name a sound file, but there is a folder at '{recording.Audio}'. Name the files in it, each by itself; datasets alone are read from folders."
                : fault is FileNotFoundException or DirectoryNotFoundException ? $"An input must name a sound file, but there is none at '{recording.Audio}'."
                : fault is InvalidDataException ? fault.Message
                : $"A sound file must be readable, but is not: {fault.Message}", fault);
        }
    }
}
