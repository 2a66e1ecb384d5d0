namespace Ptgp.Backbone.Tokenization.Models;

/// <summary>Cuts a word (or a whole text, where nothing splits it before) into entries of the vocabulary. Safe to use from many threads.</summary>
internal abstract class TokenModel
{
    /// <summary>Appends the pieces of <paramref name="word"/> in order; they cover all of it that the vocabulary can say.</summary>
    public abstract void Cut(ReadOnlySpan<char> word, List<ModelPiece> pieces);
}

/// <summary>A vocabulary entry and the UTF-16 units of the word that it covers.</summary>
internal readonly record struct ModelPiece(int Id, int Start, int Length);
