namespace Ptgp.Host.Training;

/// <summary>Batches of so many units each; the last one cut may be smaller.</summary>
/// <remarks>
/// Lengths need not be known before a window is encoded: an epoch's shuffled units are taken a window at a time, inside which they are
/// sorted by length and cut into batches, whose order is drawn again.
/// </remarks>
internal sealed class BatchesByCount : BatchOrder
{
    private readonly int batchSize;

    public BatchesByCount(int units, int batchSize, int seed) : base(units, seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        this.batchSize = batchSize;
    }

    /// <inheritdoc />
    public override int BatchesPerEpoch => (Units + batchSize - 1) / batchSize;

    /// <inheritdoc />
    protected override (int[] Units, int[] Sizes) Draw(Random random)
    {
        int[] order = [.. Enumerable.Range(0, Units)];
        random.Shuffle(order);
        return (order, [.. order.Chunk(batchSize).Select(batch => batch.Length)]);
    }

    /// <inheritdoc />
    protected override IReadOnlyList<T[]> Cut<T>(IReadOnlyList<T> encoded, int[] sizes, Random random, Func<T, int> length)
    {
        var batches = encoded.OrderByDescending(length).Chunk(batchSize).ToArray();
        random.Shuffle(batches);
        return batches;
    }
}
