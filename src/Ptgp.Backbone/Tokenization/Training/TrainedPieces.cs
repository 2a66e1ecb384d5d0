namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>A piece of a trained tokenizer, numbered by its place.</summary>
/// <param name="Text">The piece.</param>
/// <param name="Score">Its log-probability, or how late it came about, negated.</param>
/// <param name="Kind">What it is to SentencePiece.</param>
internal readonly record struct TrainedPiece(string Text, double Score, PieceKind Kind);

/// <summary>What was trained.</summary>
/// <param name="Recipe">How.</param>
/// <param name="Pieces">All pieces, special ones included.</param>
/// <param name="Merges">What byte pairs join, in order; empty for a unigram model.</param>
internal sealed record TrainedPieces(TokenizerRecipe Recipe, IReadOnlyList<TrainedPiece> Pieces, IReadOnlyList<(string Left, string Right)> Merges)
{
    /// <summary>Finds the number of a piece; -1 when there is none.</summary>
    public int Find(string? text)
    {
        for (var id = 0; id < Pieces.Count; id++)
        {
            if (Pieces[id].Text == text)
            {
                return id;
            }
        }

        return -1;
    }
}
