namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>How text is rewritten before it is cut. Blanks are folded in either case.</summary>
public enum TextNormalization
{
    /// <summary>SentencePiece's <c>nmt_nfkc</c>: NFKC, no control characters, one kind of blank.</summary>
    NmtNfkc,

    /// <summary>Not at all.</summary>
    None,
}
