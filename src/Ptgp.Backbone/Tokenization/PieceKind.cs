namespace Ptgp.Backbone.Tokenization;

/// <summary>What a piece is to SentencePiece; the numbers are those of its model files.</summary>
internal enum PieceKind
{
    /// <summary>A piece like most.</summary>
    Normal = 1,

    /// <summary>What no piece covers.</summary>
    Unknown = 2,

    /// <summary>A marker, which text never becomes.</summary>
    Control = 3,

    /// <summary>A piece that is always taken where it is written.</summary>
    UserDefined = 4,

    /// <summary>A piece that is never taken.</summary>
    Unused = 5,

    /// <summary>A byte of a character that no piece covers.</summary>
    Byte = 6,
}
