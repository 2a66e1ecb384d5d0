namespace Ptgp.Backbone.Generation;

/// <summary>Turns tokens that have become certain into pieces of text that are never taken back.</summary>
internal sealed class TextStream(ITokenizer tokenizer, Action<Piece> onPiece)
{
    // What a character half of whose bytes are still to come decodes to.
    private const char Incomplete = '\uFFFD';

    private readonly List<int> ids = [];
    private string told = "";

    public void Add(IReadOnlyList<int> tokens)
    {
        ids.AddRange(tokens);
        var text = tokenizer.Decode(ids);
        Tell(text.AsSpan().TrimEnd(Incomplete).TrimEnd());
    }

    /// <summary>Tells the rest.</summary>
    public void End(string text) => Tell(text);

    private void Tell(ReadOnlySpan<char> text)
    {
        if (text.Length > told.Length && text.StartsWith(told))
        {
            Piece piece = new(text[told.Length..].ToString());
            told = text.ToString();
            onPiece(piece);
        }
    }
}
