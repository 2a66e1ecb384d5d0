using System.Globalization;

namespace Ptgp.SpeechToText;

/// <summary>The stretches of a recording that are heard.</summary>
internal static class Clips
{
    /// <summary>Checks times that were asked for.</summary>
    /// <exception cref="InvalidOperationException">They are no starts and ends by turns.</exception>
    public static void Check(IReadOnlyList<double> times)
    {
        for (var i = 0; i < times.Count; i++)
        {
            if (!(times[i] >= 0) || !double.IsFinite(times[i]) || (i % 2 == 1 && times[i] <= times[i - 1]))
            {
                throw new OptionException("clipTimestamps", string.Create(CultureInfo.InvariantCulture,
                    $"must hold starts and ends by turns, in seconds from 0 on and each end behind its start, such as [0, 12.5, 30], but holds {times[i]}{(i % 2 == 1 ? $" behind {times[i - 1]}" : "")}."));
            }
        }
    }

    /// <summary>Pairs times to stretches in frames; one without a partner reaches to the end.</summary>
    /// <param name="times">Starts and ends by turns, in seconds.</param>
    /// <param name="framesPerSecond">How many frames make a second.</param>
    /// <param name="frames">How many frames the recording has.</param>
    /// <exception cref="FormatException">All of them lie behind its end.</exception>
    public static IReadOnlyList<(int Start, int End)> Of(IReadOnlyList<double> times, double framesPerSecond, int frames)
    {
        if (times.Count > 0 && frames > 0 && times.Where((_, i) => i % 2 == 0).All(start => start * framesPerSecond >= frames))
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture,
                $"'clipTimestamps' must hold a stretch that begins within the sound, which is {frames / framesPerSecond:0.###} s long, but the first begins at {times[0]} s."));
        }

        List<int> points = [.. times.Select(time => (int)Math.Round(Math.Min(time * framesPerSecond, int.MaxValue))).DefaultIfEmpty(0)];
        if (points.Count % 2 == 1)
        {
            points.Add(frames);
        }

        return [.. points.Chunk(2).Select(pair => (pair[0], Math.Min(pair[1], frames)))];
    }
}
