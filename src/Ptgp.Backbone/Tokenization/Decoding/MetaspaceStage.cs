namespace Ptgp.Backbone.Tokenization.Decoding;

/// <summary>Writes markers ("▁") as blanks; those of the first token are dropped where one was put before every text.</summary>
internal sealed class MetaspaceStage(char marker, bool dropsFirst) : DecodingStage
{
    private bool isFirst = true;

    public override void Accept(string token, bool continues, TokenKind kind)
    {
        var drops = dropsFirst && isFirst;
        isFirst &= continues;
        Next.Accept(drops ? token.Replace(marker.ToString(), "", StringComparison.Ordinal) : token.Replace(marker, ' '), continues, kind);
    }
}
