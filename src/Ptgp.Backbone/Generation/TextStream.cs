using Ptgp.Backbone.Tokenization;

namespace Ptgp.Backbone.Generation;

/// <summary>Turns tokens that have become certain into pieces of text that are never taken back. What may become a stop string is held back.</summary>
internal sealed class TextStream
{
    private readonly StreamingDecoder decoder;
    private readonly ContinuedText continued;
    private readonly StopText? stops;
    private readonly Action<Piece> onPiece;
    private string held = "";
    private int at;

    public TextStream(ITokenizer tokenizer, ContinuedText continued, StopText? stops, Action<Piece> onPiece)
    {
        (decoder, this.continued, this.stops, this.onPiece) = (new(tokenizer), continued, stops, onPiece);
        Add(continued.Before);
    }

    public void Add(IReadOnlyList<int> tokens)
    {
        foreach (var token in tokens)
        {
            var text = held + Following(decoder.Add(token));
            var safe = stops?.Safe(text) ?? text.Length;
            held = text[safe..];
            Tell(text[..safe]);
        }
    }

    /// <summary>Tells what was held back.</summary>
    public void End()
    {
        var rest = held + Following(decoder.Flush());
        Tell(stops?.Cut(rest) ?? rest);
    }

    private string Following(string whole)
    {
        var text = continued.WithoutBefore(whole, at);
        at += whole.Length;
        return text;
    }

    private void Tell(string text)
    {
        if (text.Length > 0)
        {
            onPiece(new(text));
        }
    }
}
