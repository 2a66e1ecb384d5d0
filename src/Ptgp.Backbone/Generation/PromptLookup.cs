namespace Ptgp.Backbone.Generation;

/// <summary>Guesses what follows by copying: what stood behind the last tokens where they stood before, in the input or in what was written.</summary>
/// <remarks>How many are guessed follows how well it went: more after guesses that were all right, fewer after such as were all wrong, and after several of these none for a while.</remarks>
internal sealed class PromptLookup
{
    // In tokens written.
    private const int LongestWait = 16;

    private readonly ReadOnlyMemory<int> source;
    private readonly int most, longest;
    private int count, waits, left;

    /// <summary>Begins to guess.</summary>
    /// <param name="source">The input.</param>
    /// <param name="most">The most to guess at a time.</param>
    /// <param name="longest">How many tokens at most must be the same.</param>
    public PromptLookup(ReadOnlyMemory<int> source, int most, int longest) => (this.source, this.most, this.longest, count) = (source, most, longest, most);

    /// <summary>Gets how many tokens were guessed so far.</summary>
    public long Guessed { get; private set; }

    /// <summary>Gets how many of them were right.</summary>
    public long Right { get; private set; }

    /// <summary>Guesses.</summary>
    /// <param name="written">What was written, the input before it where it is written on from that.</param>
    /// <param name="room">How many tokens may follow.</param>
    /// <returns>Some tokens, or none.</returns>
    public int[] Guess(ReadOnlySpan<int> written, int room)
    {
        var wanted = left-- > 0 ? 0 : Math.Min(count, room);
        for (var same = Math.Min(longest, written.Length); same > 0 && wanted > 0; same--)
        {
            var last = written[^same..];
            if (Behind(source.Span, last, wanted) is { Length: > 0 } read)
            {
                return read;
            }

            if (Behind(written, last, wanted) is { Length: > 0 } repeated)
            {
                return repeated;
            }
        }

        return [];
    }

    /// <summary>Learns how a guess went.</summary>
    /// <param name="guessed">How many tokens it had.</param>
    /// <param name="right">How many of them, from the first on, were written.</param>
    public void Learn(int guessed, int right)
    {
        (Guessed, Right) = (Guessed + guessed, Right + right);
        // Each time nothing was right it is left alone for twice as long.
        waits = right > 0 ? 0 : Math.Clamp(2 * waits, 1, LongestWait);
        left = waits - 1;
        count = right == guessed ? Math.Min(most, count + 2) : right == 0 ? Math.Max(1, count - 1) : count;
    }

    // What follows tokens where they stand first with something behind them.
    private static int[] Behind(ReadOnlySpan<int> text, ReadOnlySpan<int> tokens, int most)
    {
        var at = text.IndexOf(tokens);
        return at < 0 || at + tokens.Length >= text.Length ? [] : text.Slice(at + tokens.Length, Math.Min(most, text.Length - at - tokens.Length)).ToArray();
    }
}
