namespace Ptgp.Backbone.Generation;

/// <summary>Phrases that must appear in what is written, or of sets of them one each, and how far a hypothesis has come with them.</summary>
internal sealed class Phrases
{
    /// <summary>How many sets there may be, a phrase that must appear being a set of one.</summary>
    public const int Most = 64;

    private readonly int[][][] sets;
    private readonly int[] shortest;

    /// <summary>Takes at most <see cref="Most"/> sets. One of which a phrase stands wherever another's does needs no place of its own.</summary>
    /// <param name="phrases">Phrases that must all appear.</param>
    /// <param name="anyOf">Sets, of each of which one must.</param>
    public Phrases(IEnumerable<IReadOnlyList<int>> phrases, IEnumerable<IReadOnlyList<IReadOnlyList<int>>> anyOf)
    {
        int[][][] all = [.. phrases.Select(phrase => new[] { phrase.ToArray() }), .. anyOf.Select(set => set.Select(phrase => phrase.ToArray()).ToArray())];
        sets = [.. all.Where((set, i) => !all.Where((other, j) => j != i && Holds(other, set) && (j < i || !Holds(set, other))).Any())];
        shortest = [.. sets.Select(set => set.Min(phrase => phrase.Length))];
    }

    /// <summary>Gets how many tokens the phrases have together, of each set the shortest.</summary>
    public int Tokens => shortest.Sum();

    /// <summary>Tells of which sets, a bit each, a phrase stands once a token is written.</summary>
    /// <param name="met">Of which one stands before.</param>
    /// <param name="written">What was written before.</param>
    /// <param name="token">The token.</param>
    public ulong Met(ulong met, ReadOnlySpan<int> written, int token)
    {
        for (var at = 0; at < sets.Length; at++)
        {
            foreach (var phrase in sets[at])
            {
                met |= phrase[^1] == token && written.EndsWith(phrase.AsSpan()[..^1]) ? 1UL << at : 0;
            }
        }

        return met;
    }

    /// <summary>Tells whether a phrase of each set stands.</summary>
    public bool AreAll(ulong met) => ulong.PopCount(met) == (ulong)sets.Length;

    /// <summary>Counts the tokens that are lacking: of each set as many as its shortest phrase has, or fewer of the one whose phrase has been begun.</summary>
    /// <param name="met">Of which sets a phrase stands.</param>
    /// <param name="written">What was written.</param>
    /// <param name="token">What is written next.</param>
    public int Lacking(ulong met, ReadOnlySpan<int> written, int token)
    {
        var (lacking, saved) = (0, 0);
        for (var at = 0; at < sets.Length; at++)
        {
            if ((met >> at & 1) == 0)
            {
                lacking += shortest[at];
                foreach (var phrase in sets[at])
                {
                    saved = Math.Max(saved, shortest[at] - (phrase.Length - Begun(phrase, written, token)));
                }
            }
        }

        return lacking - saved;
    }

    /// <summary>Names the tokens that begin a phrase of a set of which none stands yet, or go on with one.</summary>
    public IEnumerable<int> Following(ulong met, int[] written)
    {
        for (var at = 0; at < sets.Length; at++)
        {
            foreach (var phrase in (met >> at & 1) == 0 ? sets[at] : [])
            {
                yield return phrase[0];
                if (written.Length > 0 && Begun(phrase, written.AsSpan(0, written.Length - 1), written[^1]) is > 0 and var begun)
                {
                    yield return phrase[begun];
                }
            }
        }
    }

    // Whether a phrase of the one set stands wherever one of the other does.
    private static bool Holds(int[][] other, int[][] set) => other.All(phrase => set.Any(part => phrase.AsSpan().IndexOf(part) >= 0));

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
