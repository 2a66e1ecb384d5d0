using static TorchSharp.torch;

namespace Ptgp.Backbone.Explaining;

/// <summary>How the heads of one layer looked, in one row of a batch.</summary>
/// <param name="Layer">The layer, counted from 0.</param>
/// <param name="Heads">How many heads there are.</param>
/// <param name="Rows">How many places looked.</param>
/// <param name="Columns">At how many places they looked.</param>
/// <param name="Values">Head by head and row by row; each row adds up to 1.</param>
public sealed record AttentionMap(int Layer, int Heads, int Rows, int Columns, IReadOnlyList<float> Values)
{
    /// <summary>Gets how much a place looked at another.</summary>
    public float this[int head, int row, int column] => Values[(((head * Rows) + row) * Columns) + column];

    /// <summary>Reads what a pass captured.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="captured">Its attention, <c>[batch, heads, rows, columns]</c>.</param>
    /// <param name="row">The row of the batch.</param>
    /// <param name="rows">Which places that looked are kept; null for all.</param>
    /// <param name="columns">Which places that were looked at are kept; null for all.</param>
    public static AttentionMap Of(int layer, Tensor captured, int row, IReadOnlyList<long>? rows = null, IReadOnlyList<long>? columns = null)
    {
        ArgumentNullException.ThrowIfNull(captured);
        using var scope = NewDisposeScope();
        var one = captured.select(0, row).detach();                                                // [heads, rows, columns]
        one = rows is null ? one : one.index_select(1, tensor(rows.ToArray(), device: one.device));
        one = columns is null ? one : one.index_select(2, tensor(columns.ToArray(), device: one.device));
        return new(layer, (int)one.size(0), (int)one.size(1), (int)one.size(2), InputSlopes.Read(one));
    }
}
