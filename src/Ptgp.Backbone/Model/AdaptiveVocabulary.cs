namespace Ptgp.Backbone;

/// <summary>Ids in clusters, those that occur often first: vectors of later ones are narrower (Baevski and Auli 2019), and their scores are made in two steps, cluster and id within it (Grave et al. 2017).</summary>
public sealed record AdaptiveVocabulary
{
    /// <summary>Gets the first id of each cluster but the first, ascending.</summary>
    public required IReadOnlyList<int> Cutoffs { get; init; }

    /// <summary>Gets the width of vectors in the first cluster. A projection brings vectors to that of the states.</summary>
    public required int EmbeddingWidth { get; init; }

    /// <summary>Gets how many times narrower than the one before each cluster is; where it is 1, all share one table and its projection, if widths differ.</summary>
    public required int Divisor { get; init; }

    /// <summary>Gets for each cluster whether states are scored through the projection of its embeddings.</summary>
    public required IReadOnlyList<bool> TiesProjections { get; init; }

    /// <summary>Gets the first id, the number of ids and the width of each cluster.</summary>
    /// <param name="vocabulary">How many ids there are.</param>
    internal IReadOnlyList<(int First, int Count, int Width)> Clusters(int vocabulary)
    {
        int[] ends = [0, .. Cutoffs, vocabulary];
        return [.. Enumerable.Range(0, ends.Length - 1).Select(i => (ends[i], ends[i + 1] - ends[i], EmbeddingWidth / (int)Math.Pow(Divisor, i)))];
    }
}
