using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>A decoder whose logits come from a function of the source and what was written to it.</summary>
internal sealed class TableDecoding(int sources, int beams, int vocabulary, Func<int, IReadOnlyList<int>, float[]> logits) : DecodingState
{
    private List<int> kept = [.. Enumerable.Range(0, sources)];
    private int[][] written = [.. Enumerable.Repeat(Array.Empty<int>(), sources * beams)];

    public int Steps { get; private set; }

    public int RowsComputed { get; private set; }

    public override int Rows => kept.Count * beams;

    public override Tensor Next(Tensor tokens)
    {
        Steps++;
        RowsComputed += Rows;
        var count = (int)tokens.size(1);
        var given = tokens.data<long>().ToArray();
        written = [.. written.Select((row, at) => (int[])[.. row, .. given.Skip(at * count).Take(count).Select(id => (int)id)])];
        return tensor(written.SelectMany((row, at) => logits(kept[at / beams], row)).ToArray()).view(Rows, vocabulary);
    }

    public override void Reorder(Tensor rows)
    {
        var order = rows.data<long>().ToArray();
        Assert.All(order, (from, to) => Assert.Equal(to / beams, from / beams));
        written = [.. order.Select(from => written[from])];
    }

    public override void Keep(Tensor sources)
    {
        var staying = sources.data<long>().ToArray();
        written = [.. staying.SelectMany(slot => written[((int)slot * beams)..(((int)slot + 1) * beams)])];
        kept = [.. staying.Select(slot => kept[(int)slot])];
    }

    public override void Dispose()
    {
    }

    /// <summary>Logits that are arbitrary but always the same.</summary>
    public static float[] Arbitrary(int vocabulary, int source, IReadOnlyList<int> written)
    {
        var seed = written.Aggregate(source * 7919, (all, id) => unchecked((all * 31) + id));
        var random = new Random(seed);
        return [.. Enumerable.Range(0, vocabulary).Select(_ => (float)(random.NextDouble() * 6))];
    }
}
