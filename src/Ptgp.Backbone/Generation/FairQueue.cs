namespace Ptgp.Backbone.Generation;

/// <summary>Requests that wait, in an order that gives each of those who ask a share by weight of the rows that are written (start-time fair queueing, Goyal et al. 1996).</summary>
/// <remarks>Not safe to use from several threads.</remarks>
internal sealed class FairQueue
{
    private readonly SortedSet<Entry> entries = new(Comparer<Entry>.Create((a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : a.Number.CompareTo(b.Number)));
    private readonly Dictionary<EngineItem, Entry> byItem = [];
    private readonly Dictionary<string, double> ends = new(StringComparer.Ordinal);
    private double now;
    private long number;

    /// <summary>Gets how many wait.</summary>
    public int Count => entries.Count;

    /// <summary>Gets whose turn it is; null when nobody waits.</summary>
    public EngineItem? Next => entries.Min?.Item;

    /// <summary>Lets a request wait.</summary>
    public void Add(EngineItem item)
    {
        var (flow, weight) = (item.Request.Flow, item.Request.Weight);
        var start = Math.Max(now, ends.GetValueOrDefault(flow));
        ends[flow] = start + (item.Search.Beams / weight);
        Entry entry = new(start, number++, item);
        entries.Add(entry);
        byItem.Add(item, entry);
    }

    /// <summary>Takes whose turn it is.</summary>
    public EngineItem Take()
    {
        var first = entries.Min ?? throw new InvalidOperationException("Nobody waits.");
        now = first.Start;
        Remove(first.Item);
        return first.Item;
    }

    /// <summary>Lets a request go.</summary>
    /// <returns>Whether it waited.</returns>
    public bool Remove(EngineItem item)
    {
        if (!byItem.Remove(item, out var entry))
        {
            return false;
        }

        entries.Remove(entry);
        if (entries.Count == 0)
        {
            // Nobody has a claim from before; so that the list of those who ask stays short.
            ends.Clear();
            now = 0;
        }

        return true;
    }

    private sealed record Entry(double Start, long Number, EngineItem Item);
}
