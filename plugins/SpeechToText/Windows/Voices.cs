using Ptgp.Toolkit.Audio;

namespace Ptgp.SpeechToText;

/// <summary>Finds where somebody speaks, by how loud the sound is: simple, and enough to cut where it is quiet.</summary>
internal static class Voices
{
    // In seconds: shorter pauses are bridged, shorter sounds are no voice, and so much is heard around each stretch.
    private const double Pause = 0.5, Shortest = 0.1, Around = 0.2;

    // In units of the frames, 40 dB each: with less between quiet and loud, nothing can be told apart.
    private const float LeastRange = 0.2f;

    /// <summary>Finds the stretches, in frames and in order. Reads the whole sound.</summary>
    public static IReadOnlyList<(int Start, int End)> Find(LogMelReader sound, int bands, double framesPerSecond)
    {
        var levels = Levels(sound, bands);
        if (levels.Length == 0)
        {
            return [];
        }

        var sorted = levels.Order().ToArray();
        var (quiet, loud) = (sorted[levels.Length / 10], sorted[levels.Length * 19 / 20]);
        if (loud - quiet < LeastRange)
        {
            return [(0, levels.Length)];
        }

        var (threshold, around) = (quiet + (0.3f * (loud - quiet)), (int)(Around * framesPerSecond));
        List<(int Start, int End)> found = [];
        foreach (var at in Enumerable.Range(0, levels.Length).Where(at => levels[at] > threshold))
        {
            if (found.Count > 0 && at - found[^1].End <= Pause * framesPerSecond)
            {
                found[^1] = (found[^1].Start, at + 1);
            }
            else
            {
                found.Add((at, at + 1));
            }
        }

        return [.. found.Where(stretch => stretch.End - stretch.Start >= Shortest * framesPerSecond)
            .Select(stretch => (Math.Max(0, stretch.Start - around), Math.Min(levels.Length, stretch.End + around)))];
    }

    /// <summary>Puts stretches together to windows: as long as fits, and cut where nobody speaks where that is possible.</summary>
    public static IReadOnlyList<(int Start, int End)> Windows(IReadOnlyList<(int Start, int End)> stretches, int longest)
    {
        List<(int Start, int End)> windows = [];
        foreach (var (first, end) in stretches)
        {
            var start = first;
            if (windows.Count > 0 && end - windows[^1].Start <= longest)
            {
                windows[^1] = (windows[^1].Start, end);
                continue;
            }

            for (; end - start > longest; start += longest)
            {
                windows.Add((start, start + longest));
            }

            windows.Add((start, end));
        }

        return windows;
    }

    /// <summary>Keeps of stretches what lies within clips.</summary>
    public static IReadOnlyList<(int Start, int End)> Within(IReadOnlyList<(int Start, int End)> stretches, IReadOnlyList<(int Start, int End)> clips) =>
        [.. clips.SelectMany(clip => stretches.Select(stretch => (Start: Math.Max(clip.Start, stretch.Start), End: Math.Min(clip.End, stretch.End))).Where(both => both.Start < both.End))];

    // The mean over the bands of each frame.
    private static float[] Levels(LogMelReader sound, int bands)
    {
        const int block = 1000;
        var levels = new float[sound.Frames];
        for (var first = 0; first < levels.Length; first += block)
        {
            var count = Math.Min(block, levels.Length - first);
            var frames = sound.Read(first, count);
            for (var i = 0; i < count; i++)
            {
                var sum = 0f;
                foreach (var value in frames.AsSpan(i * bands, bands))
                {
                    sum += value;
                }

                levels[first + i] = sum / bands;
            }
        }

        return levels;
    }
}
