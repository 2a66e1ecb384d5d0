using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Decodes with decoders that remember segments (<see cref="MemoryDecoding"/>): sources that joined together, with as many beams, are computed together as long as they are fed alike.</summary>
/// <param name="begin">Begins to write to what was read, with so many beams.</param>
/// <param name="device">The device of the backbone.</param>
internal sealed class SegmentBatch(Func<EncodedStates, int, Adapter?, DecodingState> begin, Device device) : DecodingBatch
{
    private readonly List<Group> groups = [];

    public override IReadOnlyList<DecodingSlot> Join(EncodedStates source, IReadOnlyList<int> beams, Adapter? adapter)
    {
        var slots = new Slot[beams.Count];
        foreach (var alike in Enumerable.Range(0, beams.Count).GroupBy(row => beams[row]))
        {
            var rows = tensor(alike.Select(row => (long)row).ToArray(), device: device);
            var (states, mask) = (source.Input.States.index_select(0, rows), source.Input.Mask.index_select(0, rows));
            Group group = new(begin(new(new(states, mask), mask, source.IsCausal, () => states), alike.Key, adapter));
            groups.Add(group);
            foreach (var row in alike)
            {
                group.Slots.Add(slots[row] = new(group, alike.Key));
            }
        }

        return slots;
    }

    public override Tensor Next(IReadOnlyList<DecodingFeed> feeds)
    {
        using var scope = NewDisposeScope();
        var places = new Dictionary<DecodingSlot, (Tensor Logits, int Row)>();
        foreach (var fed in feeds.GroupBy(feed => ((Slot)feed.Slot).Group).ToArray())
        {
            Feed(fed.Key, [.. fed], places);
        }

        return cat([.. feeds.Select(feed => places[feed.Slot].Logits.narrow(0, places[feed.Slot].Row, feed.Slot.Beams))], 0).MoveToOuterDisposeScope();
    }

    public override void Leave(DecodingSlot slot)
    {
        var group = ((Slot)slot).Group;
        group.Left.Add((Slot)slot);
        if (group.Left.Count == group.Slots.Count && groups.Remove(group))
        {
            group.State.Dispose();
        }
    }

    public override void Dispose()
    {
        groups.ForEach(group => group.State.Dispose());
        groups.Clear();
    }

    private void Feed(Group group, DecodingFeed[] feeds, Dictionary<DecodingSlot, (Tensor Logits, int Row)> places)
    {
        Shrink(group);
        Reorder(group);
        var beams = group.Slots[0].Beams;
        var fed = feeds.ToDictionary(feed => feed.Slot);
        var count = feeds.Max(feed => feed.IsShared ? feed.Tokens.Length : 1);
        if (feeds.Any(feed => (feed.IsShared ? feed.Tokens.Length : 1) != count))
        {
            throw new InvalidOperationException("Sources of a backbone that remembers segments must be fed as many tokens when they joined together. Let those with prefixes of other lengths join apart.");
        }

        // Whoever has left since the last time it was worth to shrink is fed what another is.
        var tokens = group.Slots.SelectMany(slot => Rows(fed.TryGetValue(slot, out var own) ? own : feeds[0]));
        var logits = group.State.Next(tensor(tokens.ToArray(), [group.Slots.Count * beams, count], device: device));
        for (var at = 0; at < group.Slots.Count; at++)
        {
            places[group.Slots[at]] = (logits, at * beams);
        }

        IEnumerable<long> Rows(DecodingFeed feed) => Enumerable.Range(0, beams).SelectMany(beam => feed.IsShared ? feed.Tokens.ToArray().Select(id => (long)id) : [feed.Tokens.Span[beam]]);
    }

    private void Reorder(Group group)
    {
        if (group.Slots.Exists(slot => slot.Origins is not null))
        {
            var beams = group.Slots[0].Beams;
            group.State.Reorder(tensor(group.Slots.SelectMany((slot, at) => (slot.Origins ?? [.. Enumerable.Range(0, beams)]).Select(origin => ((long)at * beams) + origin)).ToArray(), device: device));
            group.Slots.ForEach(slot => slot.Origins = null);
        }
    }

    // Lets those that left go when enough of them have to pay for the copy.
    private void Shrink(Group group)
    {
        if (group.Left.Count * 8 >= group.Slots.Count)
        {
            Reorder(group);
            var kept = Enumerable.Range(0, group.Slots.Count).Where(at => !group.Left.Contains(group.Slots[at])).ToArray();
            if (kept.Length < group.Slots.Count)
            {
                group.State.Keep(tensor(kept.Select(at => (long)at).ToArray(), device: device));
            }

            group.Slots.RemoveAll(group.Left.Contains);
            group.Left.Clear();
        }
    }

    private sealed record Group(DecodingState State)
    {
        public List<Slot> Slots { get; } = [];

        public HashSet<Slot> Left { get; } = [];
    }

    private sealed class Slot(Group group, int beams) : DecodingSlot(beams)
    {
        public Group Group { get; } = group;

        public int[]? Origins { get; set; }

        public override void Reorder(ReadOnlySpan<int> origins)
        {
            var before = Origins ?? [.. Enumerable.Range(0, Beams)];
            Origins = [.. origins.ToArray().Select(origin => before[origin])];
        }
    }
}
