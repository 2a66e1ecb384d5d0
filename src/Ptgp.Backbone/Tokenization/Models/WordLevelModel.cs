namespace Ptgp.Backbone.Tokenization.Models;

/// <summary>Whole words: each is an entry of the vocabulary, or unknown as a whole.</summary>
internal sealed class WordLevelModel : TokenModel
{
    private readonly Dictionary<string, int> ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup;
    private readonly int unknownId;

    /// <summary>Makes a model.</summary>
    /// <param name="entries">The entries that text may become.</param>
    /// <param name="unknownId">The id of any other word.</param>
    public WordLevelModel(IEnumerable<KeyValuePair<string, int>> entries, int unknownId)
    {
        this.unknownId = unknownId;
        ids = new(entries, StringComparer.Ordinal);
        lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public override void Cut(ReadOnlySpan<char> word, List<ModelPiece> pieces)
    {
        if (word.Length > 0)
        {
            pieces.Add(new(lookup.TryGetValue(word, out var id) ? id : unknownId, 0, word.Length));
        }
    }
}
