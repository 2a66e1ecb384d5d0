namespace Ptgp.Host.Pretraining;

/// <summary>Masked language modelling (Devlin et al. 2019): some tokens are replaced, most of them by a mask, and each is to be told at its place.</summary>
internal static class Masking
{
    /// <summary>What becomes of a token.</summary>
    public enum Fate
    {
        /// <summary>It stays, and nothing is learned from it.</summary>
        None,

        /// <summary>It stays, and is to be told all the same.</summary>
        Kept,

        /// <summary>The mask stands in its place.</summary>
        Masked,

        /// <summary>Another token stands in its place.</summary>
        Replaced,
    }

    /// <summary>Masks tokens.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="fates">What becomes of each.</param>
    /// <param name="mask">The id of the mask.</param>
    /// <param name="replacement">The id that stands in the place of a token, by its place.</param>
    public static Learned Apply(IReadOnlyList<int> ids, IReadOnlyList<Fate> fates, int mask, Func<int, int> replacement) => new(
        [.. ids.Select((id, i) => fates[i] switch { Fate.Masked => mask, Fate.Replaced => replacement(i), _ => id })],
        [.. ids.Select((id, i) => fates[i] == Fate.None ? Learned.Ignored : id)]);

    /// <summary>Draws what becomes of tokens: the share <paramref name="density"/> of whole words is chosen, of which 80 % are masked, 10 % replaced and 10 % kept, token by token.</summary>
    /// <param name="random">What is drawn from.</param>
    /// <param name="words">The word of each token; below 0 for special tokens, which are never chosen.</param>
    /// <param name="density">The share of words that is chosen; at least one is.</param>
    public static Fate[] Draw(Random random, IReadOnlyList<int> words, double density)
    {
        int[] all = [.. words.Where(word => word >= 0).Distinct()];
        random.Shuffle(all);
        var chosen = all.Take(Math.Max(1, (int)Math.Round(all.Length * density))).ToHashSet();
        return [.. words.Select(word => !chosen.Contains(word) ? Fate.None : random.NextDouble() switch { < 0.8 => Fate.Masked, < 0.9 => Fate.Replaced, _ => Fate.Kept })];
    }
}
