namespace Ptgp.Host.Training;

/// <summary>Which examples stand together in which batch of which epoch: drawn by lot, but of about equal length. Safe to use from many threads.</summary>
/// <remarks>
/// The order follows from the seed and the epoch alone, so that a batch is found again by its number. An epoch's shuffled examples
/// are taken a window at a time; inside a window they are sorted by length and cut into batches, whose order is drawn again.
/// </remarks>
internal sealed class BatchOrder
{
    /// <summary>How many batches are cut out of one window.</summary>
    public const int WindowBatches = 64;

    private readonly Lock shuffling = new();
    private readonly int examples, batchSize, seed;
    private (int Epoch, int[] Order) shuffled = (-1, []);

    public BatchOrder(int examples, int batchSize, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(examples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        (this.examples, this.batchSize, this.seed) = (examples, batchSize, seed);
    }

    /// <summary>Gets how many batches there are in an epoch; the last one cut may be smaller than the others.</summary>
    public int BatchesPerEpoch => (examples + batchSize - 1) / batchSize;

    /// <summary>Gets how many windows there are in an epoch.</summary>
    public int WindowsPerEpoch => (BatchesPerEpoch + WindowBatches - 1) / WindowBatches;

    /// <summary>Gets the examples of a window.</summary>
    public IReadOnlyList<int> Window(int epoch, int window)
    {
        var start = window * WindowBatches * batchSize;
        return new ArraySegment<int>(Shuffled(epoch), start, Math.Min(WindowBatches * batchSize, examples - start));
    }

    /// <summary>Cuts a window's examples into batches of about equal length, each longest first.</summary>
    public IReadOnlyList<T[]> Cut<T>(int epoch, int window, IReadOnlyList<T> encoded, Func<T, int> length)
    {
        var batches = encoded.OrderByDescending(length).Chunk(batchSize).ToArray();
        Random(epoch, window + 1).Shuffle(batches);
        return batches;
    }

    private int[] Shuffled(int epoch)
    {
        lock (shuffling)
        {
            if (shuffled.Epoch != epoch)
            {
                int[] order = [.. Enumerable.Range(0, examples)];
                Random(epoch, 0).Shuffle(order);
                shuffled = (epoch, order);
            }

            return shuffled.Order;
        }
    }

    // One stream for each epoch and window; the multipliers only keep the seeds of neighbours apart.
    private Random Random(int epoch, int stream) => new(unchecked((((seed * 1_000_003) + epoch) * 8_191) + stream));
}
