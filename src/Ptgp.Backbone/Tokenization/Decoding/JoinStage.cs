namespace Ptgp.Backbone.Tokenization.Decoding;

/// <summary>Puts a blank between tokens, as is done where a tokenizer.json has no decoder.</summary>
internal sealed class JoinStage : DecodingStage
{
    private bool hasText;

    public override void Accept(string token, bool continues, TokenKind kind)
    {
        Next.Accept(hasText ? " " + token : token, continues, kind);
        hasText = true;
    }
}
