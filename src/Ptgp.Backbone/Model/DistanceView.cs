using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>How far what is seen stands from who sees.</summary>
/// <param name="Vectors">The vectors of all distances, the farthest first, <c>[distances, width]</c>.</param>
/// <param name="Entries">Where among the distances that of each key is: <c>[keys]</c> of int64 where all queries have the same, else <c>[queries, keys]</c>; null where both count up by one a place to the same last one.</param>
/// <param name="Keys">What a layer made of the vectors, <c>[heads, head width, distances]</c>; null when it has yet to.</param>
internal sealed record DistanceView(Tensor Vectors, Tensor? Entries = null, Tensor? Keys = null)
{
    /// <summary>Brings scores of distances to the keys: <c>[heads, batch, queries, distances]</c> to <c>[heads, batch, queries, keys]</c>. Keys that come after a query get any.</summary>
    public Tensor Arrange(Tensor scores)
    {
        if (Entries is not null)
        {
            return Entries.dim() == 1 ? scores.index_select(-1, Entries) : scores.gather(-1, Entries.expand([.. scores.shape.AsSpan(0, 3), Entries.size(1)]));
        }

        // The relative shift (Dai et al. 2019, appendix B): a row with one value more than it has, laid out again, begins one value later than the row before.
        var (heads, batch, queries, keys) = (scores.size(0), scores.size(1), scores.size(2), scores.size(3));
        return nn.functional.pad(scores, [1, 0]).reshape(heads, batch, keys + 1, queries).narrow(2, 1, keys).reshape(heads, batch, queries, keys);
    }
}
