namespace Ptgp.Backbone.Tokenization.Models;

/// <summary>
/// WordPiece: a word is cut from its start into the longest entries there are, those behind the first written with a prefix
/// ("##"). A word that cannot be cut so, or is too long, is unknown as a whole.
/// </summary>
internal sealed class WordPieceModel : TokenModel
{
    private readonly VocabularyTrie first = new();
    private readonly VocabularyTrie others = new();
    private readonly int unknownId;
    private readonly int longest;

    /// <summary>Makes a model.</summary>
    /// <param name="entries">The entries that text may become.</param>
    /// <param name="prefix">What entries behind the first begin with.</param>
    /// <param name="unknownId">The id of what cannot be cut; -1: it is left out.</param>
    /// <param name="longest">The most characters a word may have.</param>
    public WordPieceModel(IEnumerable<KeyValuePair<string, int>> entries, string prefix, int unknownId, int longest)
    {
        this.unknownId = unknownId;
        this.longest = longest;
        foreach (var (entry, id) in entries)
        {
            first.Add(entry, id);
            if (entry.StartsWith(prefix, StringComparison.Ordinal))
            {
                others.Add(entry.AsSpan(prefix.Length), id);
            }
        }
    }

    public override void Cut(ReadOnlySpan<char> word, List<ModelPiece> pieces)
    {
        var before = pieces.Count;
        var characters = 0;
        foreach (var c in word)
        {
            characters += char.IsLowSurrogate(c) ? 0 : 1;
        }

        for (var start = 0; start < word.Length;)
        {
            var id = -1;
            var length = characters > longest ? 0 : (start == 0 ? first : others).LongestPrefix(word[start..], out id);
            if (length == 0)
            {
                pieces.RemoveRange(before, pieces.Count - before);
                if (unknownId >= 0)
                {
                    pieces.Add(new(unknownId, 0, word.Length));
                }

                return;
            }

            pieces.Add(new(id, start, length));
            start += length;
        }
    }
}
