using System.Runtime.InteropServices;

using Ptgp.Backbone.Tokenization.Models;
using Ptgp.Backbone.Tokenization.Normalizers;
using Ptgp.Backbone.Tokenization.PreTokenizers;

namespace Ptgp.Backbone.Tokenization;

/// <summary>Everything between a text and its tokens, for one of a tokenizer's vocabularies. Families with separate vocabularies have two.</summary>
internal sealed class TextSide
{
    public required Vocabulary Vocabulary { get; init; }

    public required AddedTokens Added { get; init; }

    public required TokenModel Model { get; init; }

    public PreTokenizer? PreTokenizer { get; init; }

    /// <summary>Gets how token offsets lose the blanks that belong to their entries; null when they keep them.</summary>
    public OffsetTrimming? Trimming { get; init; }

    /// <summary>Gets the template around the texts of this side.</summary>
    public required Template Template { get; init; }

    /// <summary>Gets whether a text may begin with the tag of a language, such as <c>&gt;&gt;deu&lt;&lt;</c>, as Marian's do.</summary>
    public bool TagsLanguage { get; init; }

    /// <summary>Gets an id of the template that is left out where the text ends with it already; null when there is none.</summary>
    public int? EndsOnceWith { get; init; }

    /// <summary>Gets the id of what the vocabulary lacks; null when it lacks nothing.</summary>
    public int? UnknownId { get; init; }

    /// <summary>Appends the tokens of a part of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the part begins.</param>
    /// <param name="withSpecial">Whether markers of special tokens become those tokens.</param>
    /// <param name="tokens">Where the tokens go.</param>
    /// <param name="guard">A character that keeps markers from being read as such and is no part of the text; null when there is none.</param>
    public void Tokenize(ReadOnlySpan<char> text, int start, bool withSpecial, List<Token> tokens, char? guard = null)
    {
        var (pieces, word) = (new List<ModelPiece>(), tokens.Count == 0 ? 0 : tokens[^1].Word + 1);
        foreach (var part in Added.Split(AlignedText.From(text, start, text.Length - start), withSpecial))
        {
            if (part.Id is { } id)
            {
                var (from, to) = (part.Text.Starts[0], part.Text.Ends[^1]);
                Trimming?.Blanks(part.Text.Characters, tokens.Count == 0, ref from, ref to);
                tokens.Add(new(id, from, to - from) { Word = word++ });
                continue;
            }

            var words = Words.From(guard is { } mark ? part.Text.Without(mark) : part.Text);
            words = PreTokenizer?.Apply(words) ?? words;
            foreach (var (first, length) in words.Ranges)
            {
                pieces.Clear();
                var characters = words.Text.Characters.Slice(first, length);
                Model.Cut(characters, pieces);
                foreach (var piece in CollectionsMarshal.AsSpan(pieces))
                {
                    tokens.Add(Place(words.Text, first, piece, tokens.Count == 0) with { Word = word });
                }

                word++;
            }
        }
    }

    private Token Place(AlignedText text, int word, ModelPiece piece, bool isFirst)
    {
        var (from, to) = (word + piece.Start, word + piece.Start + piece.Length - 1);
        if (Trimming?.Marker is { } marker && from < to && text.Characters[from] == marker)
        {
            from++;
        }

        var (start, end) = (text.Starts[from], text.Ends[to]);
        Trimming?.Blanks(Vocabulary.Find(piece.Id), isFirst, ref start, ref end);
        return new(piece.Id, start, end - start);
    }
}
