namespace Ptgp.Toolkit.Metrics;

/// <summary>How the translation edit rate is computed. The defaults are those of published figures.</summary>
public sealed record TerOptions
{
    /// <summary>Gets whether case counts.</summary>
    public bool CaseSensitive { get; init; }

    /// <summary>Gets whether punctuation is parted from words first.</summary>
    public bool Normalized { get; init; }

    /// <summary>Gets whether punctuation is left out.</summary>
    public bool NoPunctuation { get; init; }

    /// <summary>Gets whether Chinese characters, kana and their punctuation are parted, or left out, too.</summary>
    public bool AsianSupport { get; init; }
}
