using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>A view for devices whose attention wants what is seen next to each other: it is copied there, keys and values of all lines in one operation a layer.</summary>
internal sealed class GatheredView : PagedView, IDisposable
{
    // Where something is hidden, lengths are multiples of these: kernels want masks so, and copy those that are not.
    private const int Alignment = 16;

    private readonly KeyValuePool pool;
    private readonly StepNumbers numbers;
    private readonly DistanceTable? biases;
    private readonly bool hides;
    private readonly int lines, longest, entriesAt, distancesAt;
    private Tensor? entries, mask;                                // [lines · longest] of int64, and what is added to scores
    private KeyValues[]? kept;

    /// <summary>Makes a view, before the step's numbers are sent.</summary>
    /// <param name="pool">The memory.</param>
    /// <param name="lines">What is seen, each by as many rows as the others, one line's rows after the other's.</param>
    /// <param name="biases">What is added to scores by distance; null for nothing.</param>
    /// <param name="numbers">The step's numbers.</param>
    public GatheredView(KeyValuePool pool, PagedAttention.Line[] lines, DistanceTable? biases, StepNumbers numbers)
    {
        (this.pool, this.numbers, this.biases, this.lines) = (pool, numbers, biases, lines.Length);
        longest = lines.Max(line => line.Count);
        hides = biases is not null || Array.Exists(lines, line => line.Count != longest);
        longest = hides ? (longest + Alignment - 1) / Alignment * Alignment : longest;
        entriesAt = AddEntries(lines);
        distancesAt = hides ? AddDistances(lines) : 0;
    }

    /// <summary>Counts the pages that a copy of all layers takes.</summary>
    public int Pages => KeyValuePool.PagesFor((long)lines * longest);

    /// <summary>Takes the step's numbers, once they are sent; the view lives as long as the scope.</summary>
    public void Begin() => (entries, mask) = (numbers.Of(entriesAt, lines * longest), hides ? Mask() : null);

    /// <summary>Copies all layers once and for all, after <see cref="Begin"/>: what is seen does not change. The view lives until it is disposed.</summary>
    public void Keep()
    {
        using var scope = NewDisposeScope();
        mask?.DetachFromDisposeScope();
        kept = new KeyValues[pool.Layers];
        for (var layer = 0; layer < kept.Length; layer++)
        {
            kept[layer] = Gather(layer);
            kept[layer].Keys.DetachFromDisposeScope();
            kept[layer].Values.DetachFromDisposeScope();
        }
    }

    public override Tensor Look(int layer, RowBlock queries, PagedAttention.HeadShape shape)
    {
        using var scope = NewDisposeScope();
        var (rows, sharing) = (queries.Rows, shape.Heads / shape.KeyHeads);
        var each = rows / lines;
        // Rows that see the same are queries of the same keys; and so are heads that share keys, where each row sees something of its own.
        var asked = sharing == 1
            ? queries.View([lines, shape.Heads, each, shape.Width], [each * queries.Step, shape.Width, queries.Step, 1])
            : queries.View([lines, shape.KeyHeads, sharing, shape.Width], [queries.Step, sharing * shape.Width, shape.Width, 1]);
        var (keys, values) = kept?[layer] ?? Gather(layer);
        var mixed = Ops.Attention(asked, keys, values, mask, shape.Scale, causal: false, dropout: 0);
        return (each == 1 ? mixed : mixed.transpose(1, 2)).reshape(rows, shape.Heads * shape.Width).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        mask?.Dispose();
        foreach (var (keys, values) in kept ?? [])
        {
            keys.Dispose();
            values.Dispose();
        }
    }

    // [lines, key heads, longest, head width] each.
    private KeyValues Gather(int layer)
    {
        var (all, heads, width) = (pool.Together(layer).index_select(1, entries!), pool.Heads, pool.Width / pool.Heads);       // [2, lines · longest, width]
        long[] shape = [lines, heads, longest, width], strides = [longest * pool.Width, width, pool.Width, 1];
        return new(all.as_strided(shape, strides, 0), all.as_strided(shape, strides, lines * longest * pool.Width));
    }

    // [lines, heads or 1, 1, longest]; where heads share keys, those that do stand in the third extent.
    private Tensor Mask()
    {
        var table = biases?.Far ?? pool.Hides;
        var added = table.index_select(1, numbers.Of(distancesAt, lines * longest));
        var (heads, all) = (table.size(0), lines * (long)longest);
        var sharing = heads == 1 ? 1 : heads / pool.Heads;
        return added.as_strided([lines, heads / sharing, sharing, longest], [longest, sharing * all, all, 1]);
    }

    private int AddEntries(PagedAttention.Line[] lines)
    {
        var (all, first) = numbers.Add(lines.Length * longest);
        for (var at = 0; at < lines.Length; at++)
        {
            var own = all.Span.Slice(at * longest, longest);
            var seen = lines[at].Entries.AsSpan(lines[at].First, lines[at].Count);
            for (var i = 0; i < seen.Length; i++)
            {
                own[i] = seen[i];
            }

            // What is hidden must be numbers all the same.
            own[seen.Length..].Fill(seen[^1]);
        }

        return first;
    }

    private int AddDistances(PagedAttention.Line[] lines)
    {
        var (all, first) = numbers.Add(lines.Length * longest);
        for (var at = 0; at < lines.Length; at++)
        {
            var count = lines[at].Count;
            var own = all.Span.Slice(at * longest, longest);
            for (var i = 0; i < count; i++)
            {
                own[i] = biases is null ? 0 : count - 1 - i;
            }

            own[count..].Fill(biases?.Hidden ?? 1);
        }

        return first;
    }
}
