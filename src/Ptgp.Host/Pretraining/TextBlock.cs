namespace Ptgp.Host.Pretraining;

/// <summary>A stretch of text that is learned from as one.</summary>
/// <param name="Ids">Its tokens, without those around a text.</param>
/// <param name="Words">The word that each belongs to: neighbours of one number are one word. Below 0 for tokens between documents.</param>
/// <param name="Number">Its number in the data, from 0.</param>
internal sealed record TextBlock(int[] Ids, int[] Words, int Number)
{
    /// <summary>Gets how many tokens belong to the first of two texts that say the same; 0 for one text.</summary>
    public int Split { get; init; }

    /// <summary>Gets how often it was learned from before: each time something else is drawn.</summary>
    public int Round { get; init; }

    /// <summary>Makes what is drawn from: the same for the same block, round and objective, whatever was drawn before.</summary>
    public Random Draw(int seed, int objective)
    {
        // Steele et al. 2014 mix bits so.
        var mixed = unchecked(((ulong)(uint)seed << 32) ^ ((ulong)(uint)Number << 16) ^ ((ulong)(uint)Round << 8) ^ (uint)objective);
        foreach (var factor in (ReadOnlySpan<ulong>)[0xBF58476D1CE4E5B9, 0x94D049BB133111EB])
        {
            mixed = unchecked((mixed ^ (mixed >> 30)) * factor + 0x9E3779B97F4A7C15);
        }

        return new((int)(mixed >> 33));
    }
}
