namespace Ptgp.Backbone.Tokenization.Decoding;

/// <summary>
/// A step from tokens to text that works on a token at a time, so that decoding a whole and decoding a stream are the same act.
/// A stage belongs to one sequence.
/// </summary>
internal abstract class DecodingStage
{
    /// <summary>Gets or sets what takes this stage's tokens.</summary>
    public DecodingStage Next { protected get; set; } = null!;

    /// <summary>Takes a token, or more text of the last one.</summary>
    /// <param name="token">The token's text.</param>
    /// <param name="continues">Whether it continues the token before it.</param>
    /// <param name="kind">What it is in the vocabulary.</param>
    public abstract void Accept(string token, bool continues, TokenKind kind);

    /// <summary>Says that no token follows.</summary>
    public virtual void Complete() => Next.Complete();
}

/// <summary>What a token is to its decoder.</summary>
internal enum TokenKind
{
    /// <summary>An entry of the model.</summary>
    Ordinary,

    /// <summary>A special token.</summary>
    Special,

    /// <summary>A token that was added to the model's entries.</summary>
    Added,
}
