namespace Ptgp.Backbone.Tokenization.Decoding;

/// <summary>Makes one token of all.</summary>
internal sealed class FuseStage : DecodingStage
{
    private bool hasText;

    public override void Accept(string token, bool continues, TokenKind kind)
    {
        Next.Accept(token, hasText, kind);
        hasText = true;
    }
}
