namespace Ptgp.Host.Training;

/// <summary>Which units stand together in which batch of which epoch: drawn by lot, but of about equal length. Safe to use from many threads.</summary>
/// <remarks>The order follows from the seed and the epoch alone, so that a batch is found again by its number. Batches come a window at a time, so that one can be encoded ahead.</remarks>
internal abstract class BatchOrder
{
    /// <summary>How many batches make one window.</summary>
    public const int WindowBatches = 64;

    private readonly Lock drawing = new();
    private readonly int seed;
    private (int Epoch, int[] Units, int[] Sizes) drawn = (-1, [], []);

    protected BatchOrder(int units, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(units, 1);
        (Units, this.seed) = (units, seed);
    }

    /// <summary>Gets how many batches there are in every epoch.</summary>
    public abstract int BatchesPerEpoch { get; }

    /// <summary>Gets how many windows there are in an epoch; the last may be shorter than the others.</summary>
    public int WindowsPerEpoch => (BatchesPerEpoch + WindowBatches - 1) / WindowBatches;

    /// <summary>Gets how many units there are.</summary>
    protected int Units { get; }

    /// <summary>Gets the units of a window.</summary>
    public IReadOnlyList<int> Window(int epoch, int window)
    {
        var (_, units, sizes) = Drawn(epoch);
        return new ArraySegment<int>(units, sizes.Take(window * WindowBatches).Sum(), sizes.Skip(window * WindowBatches).Take(WindowBatches).Sum());
    }

    /// <summary>Cuts a window's units into its batches, each longest first.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="window">The window, from 0.</param>
    /// <param name="encoded">The units of <see cref="Window"/>, in its order.</param>
    /// <param name="length">How long one is.</param>
    public IReadOnlyList<T[]> Cut<T>(int epoch, int window, IReadOnlyList<T> encoded, Func<T, int> length) =>
        Cut(encoded, [.. Drawn(epoch).Sizes.Skip(window * WindowBatches).Take(WindowBatches)], Random(epoch, window + 1), length);

    /// <summary>Puts all units in an order of their own, and says how many of them make each batch.</summary>
    protected abstract (int[] Units, int[] Sizes) Draw(Random random);

    /// <summary>Cuts the units of a window, as they were drawn, into batches.</summary>
    protected abstract IReadOnlyList<T[]> Cut<T>(IReadOnlyList<T> encoded, int[] sizes, Random random, Func<T, int> length);

    private (int Epoch, int[] Units, int[] Sizes) Drawn(int epoch)
    {
        lock (drawing)
        {
            if (drawn.Epoch != epoch)
            {
                var (units, sizes) = Draw(Random(epoch, 0));
                drawn = (epoch, units, sizes);
            }

            return drawn;
        }
    }

    // One stream for each epoch and window; the multipliers only keep the seeds of neighbours apart.
    private Random Random(int epoch, int stream) => new(unchecked((((seed * 1_000_003) + epoch) * 8_191) + stream));
}
