namespace Ptgp.Toolkit.Audio;

/// <summary>Where somebody speaks, by how loud the sound is: simple, and enough to cut where it is quiet. Places are frames.</summary>
public sealed class VoiceActivity
{
    // In units of the frames, 40 dB each: with less between quiet and loud, nothing can be told apart.
    private const float LeastRange = 0.2f;

    // Seconds that a quiet place is judged by: less, and the stop within a word is one.
    private const double Around = 0.1;

    private readonly float[] levels;
    private readonly double framesPerSecond;

    private VoiceActivity(float[] levels, double framesPerSecond, VoiceActivityOptions options)
    {
        (this.levels, this.framesPerSecond) = (levels, framesPerSecond);
        Stretches = Find(options);
    }

    /// <summary>Gets the stretches in which somebody speaks, in order and with what is heard around them. All of a sound in which quiet and loud cannot be told apart is one.</summary>
    public IReadOnlyList<(int Start, int End)> Stretches { get; }

    /// <summary>Listens to a whole sound.</summary>
    /// <param name="sound">The sound.</param>
    /// <param name="bands">How many values a frame has.</param>
    /// <param name="framesPerSecond">How many frames make a second.</param>
    /// <param name="options">What counts as speech; null for the defaults.</param>
    public static VoiceActivity Of(LogMelReader sound, int bands, double framesPerSecond, VoiceActivityOptions? options = null)
    {
        const int block = 1000;
        ArgumentNullException.ThrowIfNull(sound);
        var levels = new float[sound.Frames];
        for (var first = 0; first < levels.Length; first += block)
        {
            var count = Math.Min(block, levels.Length - first);
            Levels(sound.Read(first, count), bands).CopyTo(levels, first);
        }

        return new(levels, framesPerSecond, options ?? new());
    }

    /// <summary>Puts stretches together to windows: as long as fits, and cut where nobody speaks, or where that is nowhere at the quietest place of a window's second half.</summary>
    /// <param name="stretches">The stretches, in order.</param>
    /// <param name="longest">How many frames a window has at most.</param>
    public IReadOnlyList<(int Start, int End)> Windows(IReadOnlyList<(int Start, int End)> stretches, int longest)
    {
        ArgumentNullException.ThrowIfNull(stretches);
        List<(int Start, int End)> windows = [];
        foreach (var (first, end) in stretches)
        {
            var start = first;
            if (windows.Count > 0 && end - windows[^1].Start <= longest)
            {
                windows[^1] = (windows[^1].Start, end);
                continue;
            }

            while (end - start > longest)
            {
                var cut = start + QuietestPlace(levels.AsSpan(start, longest), framesPerSecond);
                windows.Add((start, cut));
                start = cut;
            }

            windows.Add((start, end));
        }

        return windows;
    }

    /// <summary>Keeps of stretches what lies within clips.</summary>
    public static IReadOnlyList<(int Start, int End)> Within(IReadOnlyList<(int Start, int End)> stretches, IReadOnlyList<(int Start, int End)> clips) =>
        [.. clips.SelectMany(clip => stretches.Select(stretch => (Start: Math.Max(clip.Start, stretch.Start), End: Math.Min(clip.End, stretch.End))).Where(both => both.Start < both.End))];

    /// <summary>Finds how many frames of a window to take where it must be cut: up to the quietest place of its second half, and of several as quiet the last.</summary>
    /// <param name="frames">The window, <c>[length, bands]</c>.</param>
    /// <param name="bands">How many values a frame has.</param>
    /// <param name="framesPerSecond">How many frames make a second.</param>
    /// <returns>From half of the window to all of it; at least 1.</returns>
    public static int QuietestPlace(ReadOnlySpan<float> frames, int bands, double framesPerSecond) => QuietestPlace(Levels(frames, bands), framesPerSecond);

    private static int QuietestPlace(ReadOnlySpan<float> levels, double framesPerSecond)
    {
        var around = (int)Math.Ceiling(Around * framesPerSecond);
        var (best, quietest) = (levels.Length, float.PositiveInfinity);
        for (var place = Math.Max(1, levels.Length / 2); place <= levels.Length; place++)
        {
            var near = levels[Math.Max(0, place - around)..Math.Min(levels.Length, place + around)];
            var sum = 0f;
            foreach (var level in near)
            {
                sum += level;
            }

            if (sum / near.Length <= quietest)
            {
                (best, quietest) = (place, sum / near.Length);
            }
        }

        return best;
    }

    private (int Start, int End)[] Find(VoiceActivityOptions options)
    {
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

        var (threshold, around) = (quiet + ((float)options.Threshold * (loud - quiet)), (int)Frames(options.SpeechPadMs));
        List<(int Start, int End)> found = [];
        foreach (var at in Enumerable.Range(0, levels.Length).Where(at => levels[at] > threshold))
        {
            if (found.Count > 0 && at - found[^1].End <= Frames(options.MinSilenceDurationMs))
            {
                found[^1] = (found[^1].Start, at + 1);
            }
            else
            {
                found.Add((at, at + 1));
            }
        }

        return Apart([.. found.Where(stretch => stretch.End - stretch.Start >= Frames(options.MinSpeechDurationMs))
            .Select(stretch => (Math.Max(0, stretch.Start - around), Math.Min(levels.Length, stretch.End + around)))]);
    }

    // What is heard around two stretches may be the same: half of it then belongs to each.
    private static (int Start, int End)[] Apart((int Start, int End)[] stretches)
    {
        for (var i = 1; i < stretches.Length; i++)
        {
            if (stretches[i].Start < stretches[i - 1].End)
            {
                var middle = (stretches[i].Start + stretches[i - 1].End) / 2;
                (stretches[i - 1].End, stretches[i].Start) = (middle, middle);
            }
        }

        return stretches;
    }

    private double Frames(int milliseconds) => milliseconds / 1000.0 * framesPerSecond;

    // The mean over the bands of each frame.
    private static float[] Levels(ReadOnlySpan<float> frames, int bands)
    {
        var levels = new float[frames.Length / bands];
        for (var i = 0; i < levels.Length; i++)
        {
            var sum = 0f;
            foreach (var value in frames.Slice(i * bands, bands))
            {
                sum += value;
            }

            levels[i] = sum / bands;
        }

        return levels;
    }
}
