using static TorchSharp.torch;

namespace Ptgp.Backbone.Generation.Sampling;

/// <summary>Reads what may follow in some rows of a step. On the CPU where it lies; from another device only the likeliest come over, where no more are wanted.</summary>
internal sealed class RowReader
{
    // Ties with the last one wanted are wanted too. Where more come than this, the row is read whole.
    private const int Ties = 64;

    private readonly Tensor scores;
    private readonly IReadOnlyList<int> rows;
    private readonly int columns, brought;
    private readonly bool isNear;
    private readonly float[] values = [];
    private readonly long[] ids = [];

    /// <summary>Begins to read.</summary>
    /// <param name="scores"><c>[rows, vocabulary]</c>.</param>
    /// <param name="rows">Which rows.</param>
    /// <param name="most">The most that will be wanted of one of them; 0 for all.</param>
    public RowReader(Tensor scores, IReadOnlyList<int> rows, int most)
    {
        this.rows = rows;
        columns = (int)scores.size(1);
        isNear = RowKernels.IsNear(scores);
        this.scores = isNear ? scores : scores.index_select(0, tensor(rows.Select(row => (long)row).ToArray(), device: scores.device)).contiguous();
        if (!isNear && most > 0 && most + Ties < columns)
        {
            brought = most + Ties;
            var (best, places) = this.scores.topk(brought, 1);
            (values, ids) = (Host.Floats(best), Host.Longs(places));
        }
    }

    /// <summary>Reads the likeliest of a row, and what ties with the last of them. What is forbidden is not among them.</summary>
    /// <param name="at">Which of the rows, counted in the order they were named in.</param>
    /// <param name="count">How many; 0 for all.</param>
    /// <param name="into">Where they come, instead of what was there.</param>
    public void Read(int at, int count, Shortlist into)
    {
        into.Clear();
        if (brought == 0)
        {
            AddFrom(isNear ? RowKernels.Values(scores).Slice(rows[at] * columns, columns) : Host.Floats(scores.select(0, at)), count, into);
            return;
        }

        var best = values.AsSpan(at * brought, brought);
        var bar = best[count - 1];
        if (best[^1] >= bar && !float.IsNegativeInfinity(bar))
        {
            AddFrom(Host.Floats(scores.select(0, at)), count, into);
            return;
        }

        for (var i = 0; i < brought && best[i] >= bar && !float.IsNegativeInfinity(best[i]); i++)
        {
            into.Add((int)ids[(at * brought) + i], best[i]);
        }
    }

    private static void AddFrom(ReadOnlySpan<float> row, int count, Shortlist into)
    {
        var bar = count == 0 || count >= row.Length ? float.NegativeInfinity : RowKernels.Best(row, count);
        for (var from = RowKernels.FirstFrom(row, 0, bar); from < row.Length; from = RowKernels.FirstFrom(row, from + 1, bar))
        {
            if (!float.IsNegativeInfinity(row[from]))
            {
                into.Add(from, row[from]);
            }
        }
    }
}
