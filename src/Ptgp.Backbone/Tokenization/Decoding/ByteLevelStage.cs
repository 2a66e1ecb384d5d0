using System.Text;

namespace Ptgp.Backbone.Tokenization.Decoding;

/// <summary>Reads byte-level entries as bytes and the bytes as UTF-8; what is none becomes U+FFFD.</summary>
internal sealed class ByteLevelStage : DecodingStage
{
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private bool hasText;

    public override void Accept(string token, bool continues, TokenKind kind)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            var value = ByteAlphabet.Read(token[i]);
            if (value < 0)
            {
                // An entry that is no writing of bytes stands for itself.
                bytes = Encoding.UTF8.GetBytes(token);
                break;
            }

            bytes[i] = (byte)value;
        }

        Send(bytes, flush: false);
    }

    public override void Complete()
    {
        Send([], flush: true);
        Next.Complete();
    }

    private void Send(ReadOnlySpan<byte> bytes, bool flush)
    {
        var characters = new char[decoder.GetCharCount(bytes, flush)];
        decoder.GetChars(bytes, characters, flush);
        if (characters.Length > 0)
        {
            Next.Accept(new string(characters), hasText, TokenKind.Ordinary);
            hasText = true;
        }
    }
}
