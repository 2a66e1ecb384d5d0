using Ptgp.Backbone.Generation;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>A decoder whose logits come from a function of the source, counted as they join, and what was written to it.</summary>
internal sealed class TableDecoding(int vocabulary, Func<int, IReadOnlyList<int>, float[]> logits) : DecodingBatch
{
    private int joined;

    public int Steps { get; private set; }

    public int RowsComputed { get; private set; }

    /// <summary>Writes for sources that all begin at once.</summary>
    public void Run(params SourceSearch[] searches)
    {
        using DecodingLoop loop = new(this, CPU);
        using var none = zeros(searches.Length, 1, 1);
        using var mask = ones(searches.Length, 1, ScalarType.Bool);
        loop.Join(searches, new(new(none, mask), mask, isCausal: false, () => none));
        loop.Run();
    }

    public override IReadOnlyList<DecodingSlot> Join(EncodedStates source, IReadOnlyList<int> beams, Adapter? adapter) => [.. beams.Select(count => new Slot(joined++, count))];

    public override Tensor Next(IReadOnlyList<DecodingFeed> feeds)
    {
        Steps++;
        RowsComputed += feeds.Sum(feed => feed.ScoresEach ? feed.Tokens.Length : feed.Slot.Beams);
        var rows = feeds.SelectMany(feed =>
        {
            var slot = (Slot)feed.Slot;
            var before = slot.Written[0];
            for (var beam = 0; beam < slot.Beams; beam++)
            {
                slot.Written[beam] = [.. slot.Written[beam], .. feed.IsShared ? feed.Tokens.ToArray() : [feed.Tokens.Span[beam]]];
            }

            return feed.ScoresEach
                ? feed.Tokens.ToArray().Select((_, at) => logits(slot.Source, [.. before, .. feed.Tokens.ToArray()[..(at + 1)]]))
                : slot.Written.Select(row => logits(slot.Source, row));
        });
        var all = rows.ToArray();
        return tensor(all.SelectMany(row => row).ToArray()).view(all.Length, vocabulary);
    }

    public override void Leave(DecodingSlot slot)
    {
    }

    public override void Dispose()
    {
    }

    /// <summary>Writes by <see cref="Arbitrary"/> logits.</summary>
    public static IReadOnlyList<RawHypothesis> Write(DecoderFacts facts, int source, GenerationOptions options, Action<IReadOnlyList<int>>? onCertain = null)
    {
        var search = DecodingLoop.Begin(new() { Options = ResolvedOptions.From(options, facts), OnCertain = onCertain });
        new TableDecoding(facts.Vocabulary, (_, written) => Arbitrary(facts.Vocabulary, source, written)).Run(search);
        Assert.Null(search.Fault);
        return search.Results;
    }

    /// <summary>Logits that are arbitrary but always the same.</summary>
    public static float[] Arbitrary(int vocabulary, int source, IReadOnlyList<int> written)
    {
        var seed = written.Aggregate(source * 7919, (all, id) => unchecked((all * 31) + id));
        var random = new Random(seed);
        return [.. Enumerable.Range(0, vocabulary).Select(_ => (float)(random.NextDouble() * 6))];
    }

    private sealed class Slot(int source, int beams) : DecodingSlot(beams)
    {
        public int Source { get; } = source;

        public int[][] Written { get; set; } = [.. Enumerable.Repeat(Array.Empty<int>(), beams)];

        public override bool CanGoBack => true;

        public override void GoBack(int count) => Written = [.. Written.Select(row => row[..^count])];

        public override void Reorder(ReadOnlySpan<int> origins) => Written = [.. origins.ToArray().Select(origin => Written[origin])];
    }
}
