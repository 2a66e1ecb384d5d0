namespace Ptgp.Backbone;

/// <summary>What a decoder remembers of one source and of what its beams wrote: lists of entries of a <see cref="KeyValuePool"/>. Beams share what they have in common, so that to reorder them is to copy lists.</summary>
internal sealed class PagedSequence : DecodingSlot
{
    private readonly KeyValuePool pool;
    private readonly List<int> rented = [];
    private int[][] seen, spare;                                  // of each beam, its entries in the order of their positions
    private readonly Stack<int> free = [];
    private int next, left;

    /// <summary>Makes a sequence that remembers nothing.</summary>
    /// <param name="pool">The memory.</param>
    /// <param name="beams">How many rows it has.</param>
    /// <param name="adapter">The task's deltas.</param>
    public PagedSequence(KeyValuePool pool, int beams, Adapter? adapter) : base(beams)
    {
        (this.pool, Adapter) = (pool, adapter);
        (seen, spare) = (Empty(), Empty());

        int[][] Empty() => [.. Enumerable.Range(0, beams).Select(_ => new int[KeyValuePool.PageSize])];
    }

    public Adapter? Adapter { get; }

    /// <summary>Gets the entries of the encoder's states; empty where there is no encoder.</summary>
    public int[] Memory { get; private set; } = [];

    /// <summary>Gets how many entries each beam has.</summary>
    public int Count { get; private set; }

    /// <summary>Gets or sets how many of the entries have no position: those of a prefix that is seen late.</summary>
    public int Unplaced { get; set; }

    /// <summary>Gets or sets what may follow what was read, <c>[1, vocabulary]</c>, until something is written.</summary>
    public TorchSharp.torch.Tensor? FirstScores { get; set; }

    /// <summary>Gets the entries of a beam; only the first <see cref="Count"/> of them hold anything.</summary>
    public int[] Seen(int beam) => seen[beam];

    /// <summary>Makes room for the encoder's states.</summary>
    public void Remember(int count) => Memory = [.. Enumerable.Range(0, count).Select(_ => Take())];

    /// <summary>Appends entries that all beams share.</summary>
    /// <returns>The entries.</returns>
    public int[] AppendShared(int count)
    {
        var taken = new int[count];
        for (var i = 0; i < count; i++)
        {
            taken[i] = Take();
        }

        Room(count);
        foreach (var entries in seen)
        {
            taken.CopyTo(entries.AsSpan(Count));
        }

        Count += count;
        return taken;
    }

    /// <summary>Appends an entry to each beam.</summary>
    public void AppendEach()
    {
        Room(1);
        foreach (var entries in seen)
        {
            entries[Count] = Take();
        }

        Count++;
    }

    public override bool CanGoBack => true;

    public override void GoBack(int count)
    {
        // Shared entries are the same of all beams.
        foreach (var entry in seen.SelectMany(entries => entries[(Count - count)..Count]).Distinct())
        {
            free.Push(entry);
        }

        Count -= count;
    }

    public override void Reorder(ReadOnlySpan<int> origins)
    {
        for (var beam = 0; beam < Beams; beam++)
        {
            seen[origins[beam]].AsSpan(0, Count).CopyTo(spare[beam]);
        }

        (seen, spare) = (spare, seen);
    }

    /// <summary>Gives all pages back.</summary>
    public void Release()
    {
        rented.ForEach(pool.Return);
        rented.Clear();
        free.Clear();
        FirstScores?.Dispose();
        (left, FirstScores) = (0, null);
    }

    private int Take()
    {
        if (free.TryPop(out var entry))
        {
            return entry;
        }

        if (left == 0)
        {
            next = pool.Rent();
            left = KeyValuePool.PageSize;
            rented.Add(next);
        }

        left--;
        return next++;
    }

    private void Room(int more)
    {
        if (Count + more <= seen[0].Length)
        {
            return;
        }

        var room = Math.Max(Count + more, 2 * Count);
        for (var beam = 0; beam < Beams; beam++)
        {
            Array.Resize(ref seen[beam], room);
            spare[beam] = new int[room];
        }
    }
}
