namespace Ptgp.SpeechToText;

/// <summary>The stretches of a recording that are heard.</summary>
internal static class Clips
{
    /// <summary>Pairs times to stretches in frames; one without a partner reaches to the end.</summary>
    /// <param name="times">Starts and ends by turns, in seconds.</param>
    /// <param name="framesPerSecond">How many frames make a second.</param>
    /// <param name="frames">How many frames the recording has.</param>
    public static IReadOnlyList<(int Start, int End)> Of(IReadOnlyList<double> times, double framesPerSecond, int frames)
    {
        List<int> points = [.. times.Select(time => (int)Math.Round(time * framesPerSecond)).DefaultIfEmpty(0)];
        if (points.Count % 2 == 1)
        {
            points.Add(frames);
        }

        return [.. points.Chunk(2).Select(pair => (pair[0], Math.Min(pair[1], frames)))];
    }
}
