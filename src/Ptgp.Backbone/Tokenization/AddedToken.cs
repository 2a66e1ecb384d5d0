namespace Ptgp.Backbone.Tokenization;

/// <summary>A token that is found in the text itself, before anything splits it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">How it is written.</param>
internal sealed record AddedToken(int Id, string Content)
{
    /// <summary>Gets whether it is left out when decoding, and found in text only when the caller asks for it.</summary>
    public bool IsSpecial { get; init; }

    /// <summary>Gets whether it is found in normalized text, written as the normalizer writes it.</summary>
    public bool IsNormalized { get; init; }

    /// <summary>Gets whether letters, digits or underscores beside it keep it from being found.</summary>
    public bool IsWord { get; init; }

    /// <summary>Gets whether it swallows white space on its left.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Gets whether it swallows white space on its right.</summary>
    public bool StripsRight { get; init; }
}
