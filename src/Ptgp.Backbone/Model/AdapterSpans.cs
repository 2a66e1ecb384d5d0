using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Which adapter changes which rows of a pass, so that rows of many tasks are computed together and only what differs apart.</summary>
/// <param name="spans">The rows of each adapter, one after the other; together they are all rows.</param>
internal sealed class AdapterSpans(IReadOnlyList<AdapterSpan> spans)
{
    /// <summary>Finds the spans of rows whose adapters are known.</summary>
    /// <param name="adapters">The adapter of each row.</param>
    /// <param name="isStrict">Whether each row is changed apart, since products of several rows may be rounded otherwise.</param>
    public static AdapterSpans Of(IReadOnlyList<Adapter?> adapters, bool isStrict)
    {
        List<AdapterSpan> spans = [];
        for (var row = 0; row < adapters.Count; row++)
        {
            if (spans.Count > 0 && ReferenceEquals(spans[^1].Adapter, adapters[row]) && (adapters[row] is null || !isStrict))
            {
                spans[^1] = spans[^1] with { Count = spans[^1].Count + 1 };
            }
            else
            {
                spans.Add(new(row, 1, adapters[row], isStrict));
            }
        }

        return new(spans);
    }

    /// <summary>Gets the adapter of all rows, or none; asked for only where <see cref="AreOne"/>.</summary>
    public Adapter? Adapter => spans.Count == 0 ? null : spans[0].Adapter;

    /// <summary>Gets whether one adapter, or none, changes all rows.</summary>
    public bool AreOne => spans.Count <= 1;

    /// <summary>Tells whether some adapter has a part.</summary>
    public bool Any(Func<Adapter, bool> has) => spans.Any(span => span.Adapter is { } adapter && has(adapter));

    /// <summary>Changes the rows of the adapters that have a part for it; the others stay.</summary>
    /// <param name="rows">The rows, <c>[rows, …]</c>.</param>
    /// <param name="part">Finds an adapter's part; null where it has none.</param>
    /// <param name="change">Changes the rows of a span.</param>
    public Tensor Change<T>(Tensor rows, Func<Adapter, T?> part, Func<T, Tensor, AdapterSpan, Tensor> change)
        where T : class
    {
        if (!Any(adapter => part(adapter) is not null))
        {
            return rows;
        }

        return cat([.. spans.Select(span => span.Adapter is { } adapter && part(adapter) is { } own ? change(own, span.Of(rows), span) : span.Of(rows))], 0);
    }

    /// <summary>Computes the rows of each adapter apart where one of them asks for it, and else all at once.</summary>
    /// <param name="rows">The rows, <c>[rows, …]</c>.</param>
    /// <param name="changes">Tells whether an adapter's rows are computed otherwise.</param>
    /// <param name="compute">Computes rows of an adapter.</param>
    public Tensor Compute(Tensor rows, Func<Adapter, bool> changes, Func<Tensor, Adapter?, Tensor> compute) =>
        Any(changes) ? cat([.. spans.Select(span => compute(span.Of(rows), span.Adapter))], 0) : compute(rows, null);
}

/// <summary>Rows of a pass that one adapter changes.</summary>
/// <param name="Start">The first row.</param>
/// <param name="Count">How many they are.</param>
/// <param name="Adapter">The adapter; null for none.</param>
/// <param name="IsCopied">Whether its rows are copied before they are computed: where numbers lie in memory may decide how products are rounded.</param>
internal readonly record struct AdapterSpan(long Start, long Count, Adapter? Adapter, bool IsCopied = false)
{
    /// <summary>Picks the span's rows of <c>[rows, …]</c>.</summary>
    public Tensor Of(Tensor rows) => IsCopied ? rows.narrow(0, Start, Count).clone() : rows.narrow(0, Start, Count);
}
