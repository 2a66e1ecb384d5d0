namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>How a tokenizer is trained.</summary>
/// <param name="Layout">As which family's it is written.</param>
public sealed record TokenizerRecipe(TokenizerLayout Layout)
{
    /// <summary>Gets how it cuts words.</summary>
    /// <value>The default is the layout's.</value>
    public PieceModelKind Kind { get; init; } = Layout.IsBytePair ? PieceModelKind.BytePair : PieceModelKind.Unigram;

    /// <summary>Gets how many pieces it has, special ones included; sentinels, and Marian's padding, come on top.</summary>
    /// <value>At least 1. The default is 8000.</value>
    public int Size { get; init; } = 8000;

    /// <summary>Gets which share of all characters of the texts has pieces of its own; the rarest of the others have none.</summary>
    /// <value>Above 0, at most 1. The default is 0.9995.</value>
    public double CharacterCoverage { get; init; } = 0.9995;

    /// <summary>Gets how text is rewritten before it is cut; text of bytes never is.</summary>
    /// <value>The default is <see cref="TextNormalization.NmtNfkc"/>.</value>
    public TextNormalization Normalization { get; init; }

    /// <summary>Gets whether what no piece covers is spelled in bytes, of which there are pieces then.</summary>
    /// <value>The default is the layout's.</value>
    public bool HasByteFallback { get; init; } = Layout.HasByteFallback;

    /// <summary>Gets how many characters a piece has at most.</summary>
    /// <value>At least 1. The default is 16.</value>
    public int LongestPiece { get; init; } = 16;

    /// <summary>Gets texts that are tokens wherever they stand, numbered behind the special ones.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> Symbols { get; init; } = [];

    /// <summary>Gets with how many pieces of several characters the training of a unigram model begins at most.</summary>
    /// <value>At least 1. The default is 1 000 000.</value>
    public int Seeds { get; init; } = 1_000_000;
}
