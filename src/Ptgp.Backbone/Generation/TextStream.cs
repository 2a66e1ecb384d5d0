using Ptgp.Backbone.Tokenization;

namespace Ptgp.Backbone.Generation;

/// <summary>Turns tokens that have become certain into pieces of text that are never taken back.</summary>
internal sealed class TextStream(ITokenizer tokenizer, Action<Piece> onPiece)
{
    private readonly StreamingDecoder decoder = new(tokenizer);

    public void Add(IReadOnlyList<int> tokens)
    {
        foreach (var token in tokens)
        {
            Tell(decoder.Add(token));
        }
    }

    /// <summary>Tells what was held back.</summary>
    public void End() => Tell(decoder.Flush());

    private void Tell(string text)
    {
        if (text.Length > 0)
        {
            onPiece(new(text));
        }
    }
}
