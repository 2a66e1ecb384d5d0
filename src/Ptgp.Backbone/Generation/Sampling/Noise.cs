namespace Ptgp.Backbone.Generation.Sampling;

/// <summary>Noise of the Gumbel distribution for every id, a function of seed, row and step alone.</summary>
/// <remarks>
/// The id whose log-probability plus noise is greatest is a draw from the distribution, and the best few are draws without putting back.
/// What an id gets depends on no other id, so that rounding, which differs from batch to batch, changes a draw only where two are level to the last digits.
/// </remarks>
internal readonly struct Noise(long seed, int row, int step)
{
    /// <summary>What no noise exceeds.</summary>
    public const double Most = 37;

    private readonly ulong key = Mix(Mix(Mix((ulong)seed) + (ulong)row) + (ulong)step);

    public double Of(int id)
    {
        // 52 bits and a half lie strictly between 0 and 1 as a double.
        var uniform = ((Mix(key + (((ulong)id + 1) * 0x9E3779B97F4A7C15)) >> 12) + 0.5) * (1.0 / (1L << 52));
        return -Math.Log(-Math.Log(uniform));
    }

    // The finalizer of SplitMix64 (Steele et al. 2014).
    private static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
