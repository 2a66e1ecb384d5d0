using Ptgp.Backbone.Tokenization;

namespace Ptgp.Backbone.Generation;

/// <summary>Turns tokens that have become certain into pieces of text that are never taken back. What may become a stop string is held back.</summary>
internal sealed class TextStream(ITokenizer tokenizer, StopText? stops, Action<Piece> onPiece)
{
    private readonly StreamingDecoder decoder = new(tokenizer);
    private string held = "";

    public void Add(IReadOnlyList<int> tokens)
    {
        foreach (var token in tokens)
        {
            var text = held + decoder.Add(token);
            var safe = stops?.Safe(text) ?? text.Length;
            held = text[safe..];
            Tell(text[..safe]);
        }
    }

    /// <summary>Tells what was held back.</summary>
    public void End()
    {
        var rest = held + decoder.Flush();
        Tell(stops?.Cut(rest) ?? rest);
    }

    private void Tell(string text)
    {
        if (text.Length > 0)
        {
            onPiece(new(text));
        }
    }
}
