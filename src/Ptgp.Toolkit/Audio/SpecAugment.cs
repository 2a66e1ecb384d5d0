namespace Ptgp.Toolkit.Audio;

/// <summary>Hides stretches of time and bands of frequency from a backbone that learns (Park et al. 2019). Names and defaults are those of Whisper's configuration.</summary>
public sealed record SpecAugment
{
    /// <summary>Gets which share of the frames is hidden, about: stretches may overlap.</summary>
    public double MaskTimeProb { get; init; } = 0.05;

    /// <summary>Gets how many frames a stretch has.</summary>
    public int MaskTimeLength { get; init; } = 10;

    /// <summary>Gets how many stretches there are at least, as far as they fit.</summary>
    public int MaskTimeMinMasks { get; init; } = 2;

    /// <summary>Gets which share of the bands is hidden, about.</summary>
    public double MaskFeatureProb { get; init; }

    /// <summary>Gets how many bands lie beside each other.</summary>
    public int MaskFeatureLength { get; init; } = 10;

    /// <summary>Gets how many such groups there are at least, as far as they fit.</summary>
    public int MaskFeatureMinMasks { get; init; }

    /// <summary>Makes the chance for one example: the same for the same seed and place, whatever else was drawn, so that training that is resumed goes on as it would have.</summary>
    public static Random Chance(int seed, long place)
    {
        // Places and seeds that are neighbours must not draw alike: a mix of their bits, after Steele et al. 2014.
        var mixed = unchecked(((ulong)seed * 0xBF58476D1CE4E5B9UL) ^ (ulong)place) + 0x9E3779B97F4A7C15UL;
        mixed = unchecked((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL);
        mixed = unchecked((mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL);
        return new Random((int)(mixed >> 33));
    }

    /// <summary>Hides parts of frames <c>[frames, bands]</c>, by zeros.</summary>
    /// <param name="values">The frames, one after another.</param>
    /// <param name="bands">How many values a frame has.</param>
    /// <param name="length">How many of the frames are sound; the others are padding and stay as they are.</param>
    /// <param name="chance">What draws.</param>
    public void Apply(Span<float> values, int bands, int length, Random chance)
    {
        ArgumentNullException.ThrowIfNull(chance);
        foreach (var first in Starts(length, MaskTimeProb, MaskTimeLength, MaskTimeMinMasks, chance))
        {
            values.Slice(first * bands, MaskTimeLength * bands).Clear();
        }

        foreach (var first in Starts(bands, MaskFeatureProb, MaskFeatureLength, MaskFeatureMinMasks, chance))
        {
            for (var frame = 0; frame < length; frame++)
            {
                values.Slice((frame * bands) + first, MaskFeatureLength).Clear();
            }
        }
    }

    // Where the parts begin: no two at the same place. A share that makes no whole number is rounded by chance.
    private static int[] Starts(int length, double share, int size, int least, Random chance)
    {
        var places = length - size + 1;
        if (share <= 0 || places < 1)
        {
            return [];
        }

        var count = Math.Max(least, (int)((share * length / size) + chance.NextDouble()));
        var all = Enumerable.Range(0, places).ToArray();
        chance.Shuffle(all);
        return all[..Math.Min(places, Math.Min(count, length / size))];
    }
}
