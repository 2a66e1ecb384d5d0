namespace Ptgp.Backbone.Tokenization.Decoding;

/// <summary>Writes the mark that ends words ("&lt;/w&gt;") as a blank, and drops it at the end of the text.</summary>
internal sealed class SuffixStage(string suffix) : DecodingStage
{
    private string? last;

    public override void Accept(string token, bool continues, TokenKind kind)
    {
        Send(" ");
        last = token;
    }

    public override void Complete()
    {
        Send("");
        Next.Complete();
    }

    private void Send(string replacement)
    {
        if (last is not null)
        {
            Next.Accept(suffix.Length > 0 ? last.Replace(suffix, replacement, StringComparison.Ordinal) : last, false, TokenKind.Ordinary);
        }
    }
}
