using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What the rows of a step see in one kind of attention: each its own entries of a pool.</summary>
internal sealed class PagedView
{
    private readonly KeyValuePool pool;
    private readonly PagedAttention.Line[] lines;
    private readonly DistanceTable? biases;
    private readonly Tensor? entries, mask;                       // [rows · longest] of int64, and [rows, heads or 1, 1, longest]; only where the processor does not read the pool
    private readonly int longest;

    /// <summary>Makes a view, in the scope of the step.</summary>
    /// <param name="pool">The memory.</param>
    /// <param name="lines">What each row sees.</param>
    /// <param name="biases">What is added to scores by distance; null for nothing.</param>
    public PagedView(KeyValuePool pool, PagedAttention.Line[] lines, DistanceTable? biases)
    {
        (this.pool, this.lines, this.biases, longest) = (pool, lines, biases, lines.Max(line => line.Count));
        if (!pool.IsNear)
        {
            (entries, mask) = (Entries(pool.Of(0).Keys.device), Mask(pool.Of(0).Keys.device, pool.Of(0).Keys.dtype));
        }
    }

    /// <summary>Gets whether <see cref="Look(int, Tensor, PagedAttention.HeadShape)"/> can be asked, and not <see cref="Gather"/>.</summary>
    public bool IsNear => pool.IsNear;

    /// <summary>Lets queries look at what a layer remembers: <c>[rows, heads, 1, head width]</c> to <c>[rows, 1, heads · head width]</c>.</summary>
    public Tensor Look(int layer, Tensor queries, PagedAttention.HeadShape shape)
    {
        using var scope = NewDisposeScope();
        var rows = queries.transpose(1, 2).reshape(lines.Length, -1).to_type(ScalarType.Float32);
        return Look(layer, RowBlock.Of(rows), shape).to_type(queries.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>The same for queries that lie somewhere, in float32.</summary>
    public Tensor Look(int layer, RowBlock queries, PagedAttention.HeadShape shape) => PagedAttention.Attend(queries, pool.Of(layer), lines, shape, biases?.Near);

    /// <summary>Copies what rows see next to each other, <c>[rows, key heads, longest, head width]</c> each, with what hides the rest.</summary>
    public (KeyValues Seen, Tensor? Mask) Gather(int layer, long keyHeads)
    {
        var (keys, values) = pool.Of(layer);
        return (new(Rows(keys), Rows(values)), mask);

        Tensor Rows(Tensor all) => all.index_select(0, entries!).view(lines.Length, longest, keyHeads, -1).transpose(1, 2);
    }

    private Tensor Entries(Device device)
    {
        var all = new long[lines.Length * longest];
        for (var row = 0; row < lines.Length; row++)
        {
            for (var i = 0; i < lines[row].Count; i++)
            {
                all[(row * longest) + i] = lines[row].Entries[lines[row].First + i];
            }
        }

        return tensor(all, device: device);
    }

    private Tensor? Mask(Device device, ScalarType dtype)
    {
        if (biases is null && Array.TrueForAll(lines, line => line.Count == longest))
        {
            return null;
        }

        var (distances, hidden) = (new long[lines.Length * longest], new bool[lines.Length * longest]);
        for (var row = 0; row < lines.Length; row++)
        {
            for (var i = 0; i < longest; i++)
            {
                var distance = lines[row].Count - 1 - i;
                (distances[(row * longest) + i], hidden[(row * longest) + i]) = (Math.Max(0, distance), distance < 0);
            }
        }

        var hides = tensor(hidden, [lines.Length, 1, 1, longest], device: device);
        var added = biases is null
            ? zeros([lines.Length, 1, 1, longest], float32, device)
            : biases.Far.index_select(1, tensor(distances, device: device)).view(-1, lines.Length, 1, longest).transpose(0, 1);
        return added.masked_fill(hides, Transformer.Masked).to_type(dtype);
    }
}
