namespace Ptgp.Host.Commands;

/// <summary>How many tokens a second the last steps of a training went through.</summary>
internal sealed class Pace
{
    // Enough that one slow step does not say all.
    private const int Steps = 20;

    private readonly Queue<(TimeSpan Time, long Tokens)> recent = [];

    /// <summary>Adds a step that has just ended.</summary>
    /// <param name="time">When, on any clock.</param>
    /// <param name="tokens">How many tokens it went through.</param>
    /// <returns>Tokens a second over the last steps; null for the first, of which nobody knows when it began.</returns>
    public double? Add(TimeSpan time, long tokens)
    {
        recent.Enqueue((time, tokens));
        if (recent.Count > Steps + 1)
        {
            recent.Dequeue();
        }

        var passed = (time - recent.Peek().Time).TotalSeconds;
        return passed > 0 ? recent.Skip(1).Sum(step => step.Tokens) / passed : null;
    }
}
