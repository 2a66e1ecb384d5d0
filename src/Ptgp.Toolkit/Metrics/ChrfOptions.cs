using System.ComponentModel.DataAnnotations;

namespace Ptgp.Toolkit.Metrics;

/// <summary>How chrF is computed. The defaults are those of published figures.</summary>
public sealed record ChrfOptions
{
    /// <summary>Gets the longest n-grams of characters.</summary>
    /// <value>At least 1. The default is 6.</value>
    [Range(1, int.MaxValue)]
    public int CharacterOrder { get; init; } = 6;

    /// <summary>Gets the longest n-grams of words; 2 makes it chrF++.</summary>
    /// <value>At least 0. The default is 0.</value>
    [Range(0, int.MaxValue)]
    public int WordOrder { get; init; }

    /// <summary>Gets how many times recall counts as much as precision.</summary>
    /// <value>At least 0. The default is 2.</value>
    [Range(0, int.MaxValue)]
    public int Beta { get; init; } = 2;

    /// <summary>Gets whether case is ignored.</summary>
    public bool Lowercase { get; init; }

    /// <summary>Gets whether white space counts as characters.</summary>
    public bool Whitespace { get; init; }

    /// <summary>Gets whether orders that the text is too short for count with a tiny value, as in chrF++.py, rather than not at all.</summary>
    public bool EpsilonSmoothing { get; init; }
}
