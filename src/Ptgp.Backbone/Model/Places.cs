using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>The positions of the states of a pass.</summary>
internal sealed class Places
{
    private readonly int start, count, each;
    private Func<Tensor>? late;
    private IReadOnlyList<long>? lasts;

    private Places(int start, int count, int each, Tensor? rows, int end) => (this.start, this.count, this.each, Rows, End) = (start, count, each, rows, end);

    /// <summary>Gets the position of each state, <c>[batch, length]</c> of int64; null when all rows have the same.</summary>
    public Tensor? Rows { get => field ??= late?.Invoke(); }

    /// <summary>Gets the position after the last.</summary>
    public int End { get; }

    /// <summary>Gets the last position of each row's text; asked for only where there are <see cref="Rows"/>.</summary>
    public IReadOnlyList<long> Lasts => lasts ?? [.. Rows!.amax([1]).cpu().data<long>()];

    /// <summary>Counts from a start on, in all rows alike.</summary>
    /// <param name="start">The position of the first.</param>
    /// <param name="count">How many positions there are.</param>
    /// <param name="each">How many neighbours in a row hold each.</param>
    public static Places From(int start, int count, int each = 1) => new(start, count, each, null, start + count);

    /// <summary>Counts in each row what is data, from its first on; padding takes no position and is said to stand at −1.</summary>
    /// <param name="mask">True where there is data, <c>[batch, length]</c>.</param>
    public static Places Of(Tensor mask) => new(0, 0, 1, (mask.to_type(ScalarType.Int64).cumsum(1) * mask).sub(Transformer.One), (int)mask.sum(1).max().item<long>());

    /// <summary>Takes positions as they are given.</summary>
    /// <param name="rows">The position of each state, <c>[batch, length]</c> of int64.</param>
    /// <param name="end">The position after the last.</param>
    public static Places Of(Tensor rows, int end) => new(0, 0, 1, rows, end);

    /// <summary>Takes positions when they are asked for; who does not ask needs none.</summary>
    /// <param name="rows">Gives the position of each state, <c>[batch, length]</c> of int64.</param>
    /// <param name="end">The position after the last.</param>
    /// <param name="lasts">The last position of the text that each row is read with.</param>
    public static Places Of(Func<Tensor> rows, int end, IReadOnlyList<long> lasts) => new(0, 0, 1, null, end) { late = rows, lasts = lasts };

    /// <summary>Counts on in each row from what it holds already.</summary>
    /// <param name="held">How many positions that are, <c>[batch]</c> of int64.</param>
    /// <param name="most">The most of them.</param>
    /// <param name="start">How many more came since.</param>
    /// <param name="count">How many positions there are.</param>
    /// <param name="each">How many neighbours in a row hold each.</param>
    public static Places After(Tensor held, int most, int start, int count, int each) =>
        new(start, count, each, Ops.Add(held.unsqueeze(1), From(start, count, each).At(held.device)), most + start + count);

    /// <summary>Picks one of the <see cref="Rows"/>.</summary>
    public Places Row(int row) => new(0, 0, 1, Rows!.narrow(0, row, 1), End) { lasts = lasts is null ? null : [lasts[row]] };

    /// <summary>Counts from as many positions later on.</summary>
    public Places Later(int by) => by == 0 ? this : new(start + by, count, each, Rows is null ? null : Ops.Add(Rows, tensor((long)by, device: Rows.device)), End + by);

    /// <summary>Gets the position of each state, <c>[batch or 1, length]</c> of int64.</summary>
    public Tensor At(Device device)
    {
        if (Rows is not null)
        {
            return Rows;
        }

        var all = Ops.Range(start, start + count, device);
        return (each == 1 ? all : all.repeat_interleave(each, 0)).unsqueeze(0);
    }

    /// <summary>Picks the vectors of the positions, <c>[batch or 1, length, width]</c>.</summary>
    /// <param name="table">The vectors, <c>[offset + positions, width]</c>.</param>
    /// <param name="offset">How many rows come before that of the first position.</param>
    public Tensor Pick(Tensor table, int offset)
    {
        if (Rows is not null)
        {
            using Scalar first = offset;
            return table.index_select(0, Rows.add(first, Transformer.One).clamp_min(Transformer.Zero).reshape(-1)).view(Rows.size(0), Rows.size(1), -1);
        }

        var all = table.narrow(0, offset + start, count);
        return (each == 1 || count == 1 ? all : all.repeat_interleave(each, 0)).unsqueeze(0);
    }
}
