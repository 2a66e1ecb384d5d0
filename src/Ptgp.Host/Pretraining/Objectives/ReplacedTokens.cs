namespace Ptgp.Host.Pretraining;

/// <summary>Replaced-token detection (Clark et al. 2020), without a generator: some tokens are replaced, and of each it is to be told whether it was.</summary>
internal static class ReplacedTokens
{
    /// <summary>Replaces tokens.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="replacements">What stands in place of each; null where it stays.</param>
    /// <param name="isSpecial">Of which tokens nothing is to be told.</param>
    /// <returns>Labels are 1 where another token stands now, 0 where none does; one that replaces itself is none.</returns>
    public static Learned Apply(IReadOnlyList<int> ids, IReadOnlyList<int?> replacements, Func<int, bool> isSpecial) => new(
        [.. ids.Select((id, i) => replacements[i] ?? id)],
        [.. ids.Select((id, i) => isSpecial(id) ? Learned.Ignored : replacements[i] is { } other && other != id ? 1 : 0)]);

    /// <summary>Draws replacements from the text's own tokens, so that they are as likely as what they replace.</summary>
    /// <param name="random">What is drawn from.</param>
    /// <param name="ids">The tokens.</param>
    /// <param name="isSpecial">Which are neither replaced nor drawn.</param>
    /// <param name="density">The share of tokens.</param>
    public static int?[] Draw(Random random, IReadOnlyList<int> ids, Func<int, bool> isSpecial, double density)
    {
        int[] plain = [.. ids.Where(id => !isSpecial(id))];
        return [.. ids.Select(id => isSpecial(id) || random.NextDouble() >= density ? (int?)null : plain[random.Next(plain.Length)])];
    }
}
