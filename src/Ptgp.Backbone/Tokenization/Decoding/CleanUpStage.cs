using System.Text;

namespace Ptgp.Backbone.Tokenization.Decoding;

/// <summary>
/// Takes the blanks before English punctuation and contractions out of the whole text. Text goes on when no replacement can reach
/// across its end: they begin with a blank and have at most four characters. Else it goes on up to a blank behind a character that
/// neither is one, nor "'", nor "n".
/// </summary>
internal sealed class CleanUpStage : DecodingStage
{
    private readonly StringBuilder held = new();

    /// <summary>Cleans a text.</summary>
    public static string Clean(string text) => text
        .Replace(" .", ".", StringComparison.Ordinal)
        .Replace(" ?", "?", StringComparison.Ordinal)
        .Replace(" !", "!", StringComparison.Ordinal)
        .Replace(" ,", ",", StringComparison.Ordinal)
        .Replace(" ' ", "'", StringComparison.Ordinal)
        .Replace(" n't", "n't", StringComparison.Ordinal)
        .Replace(" 'm", "'m", StringComparison.Ordinal)
        .Replace(" 's", "'s", StringComparison.Ordinal)
        .Replace(" 've", "'ve", StringComparison.Ordinal)
        .Replace(" 're", "'re", StringComparison.Ordinal);

    public override void Accept(string token, bool continues, TokenKind kind)
    {
        held.Append(token);
        var text = held.ToString();
        for (var cut = text.Length; cut > 0; cut--)
        {
            if (cut == text.Length ? text.AsSpan(Math.Max(0, cut - 3)).IndexOf(' ') < 0 : text[cut] == ' ' && text[cut - 1] is not (' ' or '\'' or 'n'))
            {
                Next.Accept(Clean(text[..cut]), false, TokenKind.Ordinary);
                held.Remove(0, cut);
                return;
            }
        }
    }

    public override void Complete()
    {
        Next.Accept(Clean(held.ToString()), false, TokenKind.Ordinary);
        held.Clear();
        Next.Complete();
    }
}
