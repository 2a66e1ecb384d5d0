namespace Ptgp.Backbone.Tokenization.Decoding;

/// <summary>Joins entries with a prefix ("##") to the one before them, and puts a blank before all others but the first.</summary>
internal sealed class WordPieceStage(string prefix, bool cleans) : DecodingStage
{
    private bool hasText;

    public override void Accept(string token, bool continues, TokenKind kind)
    {
        if (hasText)
        {
            token = token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
        }

        hasText = true;
        Next.Accept(cleans ? CleanUpStage.Clean(token) : token, continues, kind);
    }
}
