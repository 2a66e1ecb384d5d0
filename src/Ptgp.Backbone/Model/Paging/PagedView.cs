using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What the rows of a step see in one kind of attention: each its own entries of a pool.</summary>
internal abstract class PagedView
{
    /// <summary>Lets queries look at what a layer remembers: a row of heads · head width numbers each, of the pool's type, to <c>[rows, heads · head width]</c>.</summary>
    public abstract Tensor Look(int layer, RowBlock queries, PagedAttention.HeadShape shape);
}

/// <summary>A view of a pool that the processor reads: it looks at entries where they lie.</summary>
/// <param name="pool">The memory.</param>
/// <param name="lines">What each row sees.</param>
/// <param name="biases">What is added to scores by distance; null for nothing.</param>
internal sealed class NearView(KeyValuePool pool, PagedAttention.Line[] lines, DistanceTable? biases) : PagedView
{
    public override Tensor Look(int layer, RowBlock queries, PagedAttention.HeadShape shape) => PagedAttention.Attend(queries, pool.Of(layer), lines, shape, biases?.Near);
}
