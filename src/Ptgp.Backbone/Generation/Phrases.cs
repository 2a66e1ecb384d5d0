namespace Ptgp.Backbone.Generation;

/// <summary>Phrases that must appear in what is written, and how far a hypothesis has come with them.</summary>
internal sealed class Phrases
{
    private readonly int[][] phrases;

    /// <summary>Takes phrases, of which there are at most 64. What another holds needs no place of its own.</summary>
    public Phrases(IEnumerable<IReadOnlyList<int>> phrases)
    {
        int[][] all = [.. phrases.Select(phrase => phrase.ToArray())];
        this.phrases = [.. all.Where((phrase, i) => !all.Where((other, j) => j != i && (other.Length > phrase.Length || (other.Length == phrase.Length && j < i))).Any(other => other.AsSpan().IndexOf(phrase) >= 0))];
    }

    /// <summary>Gets how many tokens the phrases have together.</summary>
    public int Tokens => phrases.Sum(phrase => phrase.Length);

    /// <summary>Tells which phrases, a bit each, stand once a token is written.</summary>
    /// <param name="met">Which stand before.</param>
    /// <param name="written">What was written before.</param>
    /// <param name="token">The token.</param>
    public ulong Met(ulong met, ReadOnlySpan<int> written, int token)
    {
        for (var at = 0; at < phrases.Length; at++)
        {
            var phrase = phrases[at].AsSpan();
            met |= phrase[^1] == token && written.EndsWith(phrase[..^1]) ? 1UL << at : 0;
        }

        return met;
    }

    /// <summary>Tells whether all phrases stand.</summary>
    public bool AreAll(ulong met) => ulong.PopCount(met) == (ulong)phrases.Length;

    /// <summary>Counts the tokens that phrases lack, of one that has been begun those that it still lacks.</summary>
    /// <param name="met">Which stand.</param>
    /// <param name="written">What was written.</param>
    /// <param name="token">What is written next.</param>
    public int Lacking(ulong met, ReadOnlySpan<int> written, int token)
    {
        var (lacking, begun) = (0, 0);
        for (var at = 0; at < phrases.Length; at++)
        {
            if ((met >> at & 1) == 0)
            {
                lacking += phrases[at].Length;
                begun = Math.Max(begun, Begun(phrases[at], written, token));
            }
        }

        return lacking - begun;
    }

    /// <summary>Names the tokens that begin a phrase which does not stand yet, or go on with one.</summary>
    public IEnumerable<int> Following(ulong met, int[] written)
    {
        for (var at = 0; at < phrases.Length; at++)
        {
            if ((met >> at & 1) == 0)
            {
                yield return phrases[at][0];
                if (written.Length > 0 && Begun(phrases[at], written.AsSpan(0, written.Length - 1), written[^1]) is > 0 and var begun)
                {
                    yield return phrases[at][begun];
                }
            }
        }
    }

    // How many of a phrase's tokens, not all of them, stand at the end.
    private static int Begun(ReadOnlySpan<int> phrase, ReadOnlySpan<int> written, int token)
    {
        for (var count = Math.Min(phrase.Length - 1, written.Length + 1); count > 0; count--)
        {
            if (phrase[count - 1] == token && written.EndsWith(phrase[..(count - 1)]))
            {
                return count;
            }
        }

        return 0;
    }
}
