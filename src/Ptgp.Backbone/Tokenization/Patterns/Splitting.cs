namespace Ptgp.Backbone.Tokenization.Patterns;

/// <summary>What becomes of the stretches that a pattern finds when text is split by it; the names are those of tokenizer.json.</summary>
internal enum Splitting
{
    /// <summary>They are dropped.</summary>
    Removed,

    /// <summary>Each is a word of its own.</summary>
    Isolated,

    /// <summary>Each ends the word before it.</summary>
    MergedWithPrevious,

    /// <summary>Each begins the word behind it.</summary>
    MergedWithNext,

    /// <summary>Those that touch are one word.</summary>
    Contiguous,
}
