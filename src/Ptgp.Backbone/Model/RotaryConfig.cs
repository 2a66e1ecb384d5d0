namespace Ptgp.Backbone;

/// <summary>How queries and keys turn with their positions (Su et al. 2021), and how the angles are scaled for texts longer than those of the first training.</summary>
public sealed record RotaryConfig
{
    /// <summary>Gets the base of the wavelengths.</summary>
    public double Theta { get; init; } = 10000;

    /// <summary>Gets how many values of a head turn, from its first on; an even number.</summary>
    public required int Width { get; init; }

    /// <summary>Gets how angles are scaled.</summary>
    public RotaryScaling Scaling { get; init; }

    /// <summary>Gets by how much the length has grown.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Gets the length of the first training.</summary>
    public int OriginalLength { get; init; }

    /// <summary>Gets how often a wave must fit into the original length, at most, to be slowed by the whole factor; in <see cref="RotaryScaling.Yarn"/> after truncation to whole waves.</summary>
    public double SlowWaves { get; init; } = 1;

    /// <summary>Gets how often it must fit, at least, to be left as it is.</summary>
    public double FastWaves { get; init; } = 4;

    /// <summary>Gets whether the bounds between slow and fast waves are rounded to whole pairs of values, in <see cref="RotaryScaling.Yarn"/>.</summary>
    public bool RoundsBounds { get; init; } = true;

    /// <summary>Gets what sines and cosines are multiplied by, which makes attention sharper in long texts.</summary>
    public double Sharpness { get; init; } = 1;

    /// <summary>Gets a factor for each pair of values up to the original length, in <see cref="RotaryScaling.PerPair"/>.</summary>
    public IReadOnlyList<double> ShortFactors { get; init; } = [];

    /// <summary>Gets a factor for each pair of values beyond it.</summary>
    public IReadOnlyList<double> LongFactors { get; init; } = [];

    /// <summary>Gets whether the angles depend on how long a sequence is.</summary>
    public bool DependsOnLength => Scaling is RotaryScaling.Dynamic or RotaryScaling.PerPair;

    /// <summary>Computes how far each pair of values turns from one position to the next, in radians: <see cref="Width"/> / 2 numbers.</summary>
    /// <param name="length">The length of the sequence.</param>
    public float[] Frequencies(int length)
    {
        var plain = Waves(Theta);
        return [.. (Scaling switch
        {
            RotaryScaling.None => plain,
            RotaryScaling.Linear => plain.Select(wave => wave / Factor),
            RotaryScaling.Dynamic => length <= OriginalLength ? plain
                : Waves(Theta * Math.Pow((Factor * length / OriginalLength) - (Factor - 1), Width / (Width - 2.0))),
            RotaryScaling.Yarn => plain.Select((wave, pair) => Mix(wave, Math.Clamp((pair - Bound(FastWaves)) / Math.Max(Bound(SlowWaves) - Bound(FastWaves), 0.001), 0, 1))),
            RotaryScaling.Smooth => plain.Select(wave => Mix(wave, 1 - Math.Clamp(((OriginalLength * wave / (2 * Math.PI)) - SlowWaves) / (FastWaves - SlowWaves), 0, 1))),
            RotaryScaling.PerPair => plain.Zip(length > OriginalLength ? LongFactors : ShortFactors, (wave, factor) => wave / factor),
            _ => throw new InvalidOperationException($"There is no scaling {Scaling}."),
        }).Select(wave => (float)wave)];
    }

    private IEnumerable<double> Waves(double theta) => Enumerable.Range(0, Width / 2).Select(pair => Math.Pow(theta, -2.0 * pair / Width));

    private double Mix(double wave, double slowed) => (wave / Factor * slowed) + (wave * (1 - slowed));

    // The pair of values whose wave fits so often into the original length.
    private double Bound(double waves)
    {
        var pair = Width * Math.Log(OriginalLength / (waves * 2 * Math.PI)) / (2 * Math.Log(Theta));
        var rounded = !RoundsBounds ? pair : waves == FastWaves ? Math.Floor(pair) : Math.Ceiling(pair);
        return Math.Clamp(rounded, 0, Width - 1);
    }
}

/// <summary>How the angles of rotary positions are scaled for long texts.</summary>
public enum RotaryScaling
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>All by one factor (Chen et al. 2023).</summary>
    Linear,

    /// <summary>By a larger base, the longer the sequence is beyond the original length.</summary>
    Dynamic,

    /// <summary>Slow waves by the factor, fast ones not at all, with a ramp of values between them (Peng et al. 2023).</summary>
    Yarn,

    /// <summary>Likewise, with a ramp of wavelengths: Llama 3.1's way.</summary>
    Smooth,

    /// <summary>Each pair of values by a factor of its own, others for short sequences than for long ones (Ding et al. 2024).</summary>
    PerPair,
}
