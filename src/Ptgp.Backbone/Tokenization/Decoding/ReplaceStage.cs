using System.Text;

using Ptgp.Backbone.Tokenization.Patterns;

namespace Ptgp.Backbone.Tokenization.Decoding;

/// <summary>Puts a text in place of whatever a pattern finds in a token.</summary>
internal sealed class ReplaceStage(TextPattern pattern, string content) : DecodingStage
{
    public override void Accept(string token, bool continues, TokenKind kind)
    {
        var found = new List<(int Start, int Length)>();
        pattern.Find(token, found);
        if (found.Count > 0)
        {
            var (replaced, done) = (new StringBuilder(), 0);
            foreach (var (start, length) in found)
            {
                replaced.Append(token, done, start - done).Append(content);
                done = start + length;
            }

            token = replaced.Append(token, done, token.Length - done).ToString();
        }

        Next.Accept(token, continues, kind);
    }
}
