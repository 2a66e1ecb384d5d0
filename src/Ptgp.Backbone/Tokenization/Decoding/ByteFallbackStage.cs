using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Ptgp.Backbone.Tokenization.Decoding;

/// <summary>Reads runs of entries such as <c>&lt;0xE5&gt;</c> as UTF-8; a run that is none becomes one U+FFFD for each of them. So a run is held back until it ends.</summary>
internal sealed class ByteFallbackStage : DecodingStage
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private readonly List<byte> bytes = [];

    public override void Accept(string token, bool continues, TokenKind kind)
    {
        if (token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            bytes.Add(value);
            return;
        }

        End();
        Next.Accept(token, continues, kind);
    }

    public override void Complete()
    {
        End();
        Next.Complete();
    }

    private void End()
    {
        if (bytes.Count == 0)
        {
            return;
        }

        try
        {
            Next.Accept(Strict.GetString(CollectionsMarshal.AsSpan(bytes)), false, TokenKind.Ordinary);
        }
        catch (DecoderFallbackException)
        {
            foreach (var _ in bytes)
            {
                Next.Accept("\uFFFD", false, TokenKind.Ordinary);
            }
        }

        bytes.Clear();
    }
}
