using System.ComponentModel.DataAnnotations;

namespace Ptgp.Toolkit.Metrics;

/// <summary>How BLEU is computed. The defaults are those of published figures.</summary>
public sealed record BleuOptions
{
    /// <summary>Gets how lines are split into words.</summary>
    /// <value>The default is <see cref="BleuTokenizer.Mteval13a"/>.</value>
    public BleuTokenizer Tokenizer { get; init; } = BleuTokenizer.Mteval13a;

    /// <summary>Gets whether case is ignored.</summary>
    public bool Lowercase { get; init; }

    /// <summary>Gets what stands for the precision of n-grams of which none was found.</summary>
    /// <value>The default is <see cref="BleuSmoothing.Exponential"/>.</value>
    public BleuSmoothing Smoothing { get; init; } = BleuSmoothing.Exponential;

    /// <summary>Gets the value of <see cref="BleuSmoothing.Floor"/> and <see cref="BleuSmoothing.AddK"/>.</summary>
    /// <value>At least 0. Null, the default, is 0.1 for the former and 1 for the latter.</value>
    [Range(0, double.MaxValue)]
    public double? SmoothingValue { get; init; }

    /// <summary>Gets the longest n-grams that are counted.</summary>
    /// <value>At least 1. The default is 4.</value>
    [Range(1, int.MaxValue)]
    public int MaxOrder { get; init; } = 4;

    /// <summary>Gets whether n-grams longer than the hypothesis are left out of the mean; for scores of single sentences.</summary>
    public bool EffectiveOrder { get; init; }
}

/// <summary>What stands for the precision of n-grams of which none was found (Chen and Cherry 2014).</summary>
public enum BleuSmoothing
{
    /// <summary>Half of the last one put in, from 1 on: NIST's method.</summary>
    Exponential,

    /// <summary>A small count.</summary>
    Floor,

    /// <summary>A number is added to all counts from bigrams on.</summary>
    AddK,

    /// <summary>Nothing: the score is 0.</summary>
    None,
}
