namespace Ptgp.Host.Pretraining;

/// <summary>Sentence-order prediction (Lan et al. 2020): of two stretches that follow each other it is to be told whether they stand in their order.</summary>
internal static class SentenceOrder
{
    /// <summary>Puts two stretches one behind the other.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="split">How many belong to the first stretch.</param>
    /// <param name="isSwapped">Whether the second comes first, which is what is to be told.</param>
    /// <param name="before">What stands before a text.</param>
    /// <param name="behind">What stands behind each of the two.</param>
    public static Learned Apply(IReadOnlyList<int> ids, int split, bool isSwapped, IReadOnlyList<int> before, IReadOnlyList<int> behind)
    {
        var (first, second) = (ids.Take(split), ids.Skip(split));
        return new([.. before, .. isSwapped ? second : first, .. behind, .. isSwapped ? first : second, .. behind], [isSwapped ? 1 : 0]);
    }

    /// <summary>Finds where a text is split: behind the full stop that is nearest to its middle, or in the middle.</summary>
    public static int Split(IReadOnlyList<int> ids, Func<int, bool> isStop)
    {
        var middle = ids.Count / 2;
        return Enumerable.Range(1, ids.Count - 1).Where(i => isStop(ids[i - 1])).DefaultIfEmpty(middle).MinBy(i => Math.Abs(i - middle));
    }
}
