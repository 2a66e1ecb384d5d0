namespace Ptgp.Toolkit.Speech;

/// <summary>How each token looked at the sound, cleaned so that its peaks stand out.</summary>
public static class AttentionTable
{
    private const int Filter = 7;

    /// <summary>Makes a table of the maps of several heads: each brought to the sound's length, evened out over tokens, and smoothed over time; then their mean.</summary>
    /// <param name="heads">The maps: <c>[tokens, states]</c>, rows that sum to 1.</param>
    /// <param name="length">How many states are sound.</param>
    /// <param name="sumsToOne">Whether each row is first made to sum to 1 over the sound alone, as openai-whisper has it; transformers leaves it.</param>
    /// <returns><c>[tokens, length]</c>.</returns>
    public static double[,] Of(IReadOnlyList<float[,]> heads, int length, bool sumsToOne = true)
    {
        var tokens = heads[0].GetLength(0);
        var (table, row, smooth) = (new double[tokens, length], new float[length], new float[length]);
        foreach (var head in heads)
        {
            var even = Evened(head, length, sumsToOne);
            for (var token = 0; token < tokens; token++)
            {
                for (var at = 0; at < length; at++)
                {
                    row[at] = even[token, at];
                }

                Smooth(row, smooth, Filter);
                for (var at = 0; at < length; at++)
                {
                    table[token, at] += smooth[at] / heads.Count;
                }
            }
        }

        return table;
    }

    /// <summary>Takes the median of the values around each, mirrored at both ends; values that are fewer than half the width stay.</summary>
    public static void Smooth(ReadOnlySpan<float> values, Span<float> smooth, int width)
    {
        var half = width / 2;
        if (values.Length <= half)
        {
            values.CopyTo(smooth);
            return;
        }

        Span<float> around = stackalloc float[width];
        for (var at = 0; at < values.Length; at++)
        {
            for (var i = 0; i < width; i++)
            {
                var from = Math.Abs(at + i - half);
                around[i] = values[from < values.Length ? from : (2 * (values.Length - 1)) - from];
            }

            around.Sort();
            smooth[at] = around[half];
        }
    }

    // Each row summing to 1 over the sound alone, where that is asked for; then each column with mean 0 and deviation 1 over the tokens.
    private static float[,] Evened(float[,] head, int length, bool sumsToOne)
    {
        var tokens = head.GetLength(0);
        var even = new float[tokens, length];
        for (var token = 0; token < tokens; token++)
        {
            var sum = sumsToOne ? 0f : 1;
            for (var at = 0; sumsToOne && at < length; at++)
            {
                sum += head[token, at];
            }

            for (var at = 0; at < length; at++)
            {
                even[token, at] = head[token, at] / Math.Max(sum, float.Epsilon);
            }
        }

        for (var at = 0; at < length; at++)
        {
            var (sum, squares) = (0.0, 0.0);
            for (var token = 0; token < tokens; token++)
            {
                sum += even[token, at];
            }

            var mean = sum / tokens;
            for (var token = 0; token < tokens; token++)
            {
                squares += (even[token, at] - mean) * (even[token, at] - mean);
            }

            var deviation = Math.Max(Math.Sqrt(squares / tokens), float.Epsilon);
            for (var token = 0; token < tokens; token++)
            {
                even[token, at] = (float)((even[token, at] - mean) / deviation);
            }
        }

        return even;
    }
}
