using System.Runtime.InteropServices;

namespace Ptgp.Backbone.Tokenization.Models;

/// <summary>A model whose entries a vocabulary of its own numbers.</summary>
/// <param name="model">The model, whose ids are places in its file.</param>
/// <param name="ids">The vocabulary's ids, by those places.</param>
internal sealed class RenumberedModel(TokenModel model, int[] ids) : TokenModel
{
    /// <summary>Gets the model that it renumbers.</summary>
    public TokenModel Inner => model;

    public override void Cut(ReadOnlySpan<char> word, List<ModelPiece> pieces)
    {
        var first = pieces.Count;
        model.Cut(word, pieces);
        foreach (ref var piece in CollectionsMarshal.AsSpan(pieces)[first..])
        {
            piece = piece with { Id = ids[piece.Id] };
        }
    }
}
