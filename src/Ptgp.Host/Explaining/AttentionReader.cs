using Ptgp.Backbone;
using Ptgp.Backbone.Explaining;
using static TorchSharp.torch;

namespace Ptgp.Host.Explaining;

/// <summary>Makes groups of maps of what passes captured, as many as may be shown.</summary>
/// <param name="choice">The layers that are asked for; null for all if they fit, else the last.</param>
/// <param name="budget">How many numbers may be shown.</param>
internal sealed class AttentionReader(LayerChoice? choice, int budget)
{
    private readonly List<string> remarks = [];
    private int shown;

    /// <summary>Gets what was left out, and why.</summary>
    public IReadOnlyList<string> Remarks => remarks;

    /// <summary>Reads what one pass captured.</summary>
    /// <param name="captured">What it captured, with the two sides of each kind.</param>
    /// <exception cref="UsageException">The layers that are asked for are not there, or are too many.</exception>
    public IReadOnlyList<AttentionGroup> Read(params IReadOnlyList<Captured> captured)
    {
        captured = [.. captured.Where(kind => kind.Layers.Count > 0)];
        if (captured.Count == 0)
        {
            return [];
        }

        var most = captured.Max(kind => kind.Layers.Count);
        if (choice is not null && captured.All(kind => !choice.Of(kind.Layers.Count).Any()))
        {
            throw new UsageException($"--layers must name layers that there are, from 0 to {most - 1}, but is '{choice.Text}'.");
        }

        var chosen = choice ?? (Count(LayerChoice.All) <= budget - shown ? LayerChoice.All : LayerChoice.Last);
        var count = Count(chosen);
        if (count > budget - shown)
        {
            if (choice is not null)
            {
                throw new UsageException($"There is room for {budget} numbers of attention, but --layers '{choice.Text}' asks for {shown + count}. Name fewer layers, or leave attention out with --method.");
            }

            Remark("Attention that did not fit was left out. Explain fewer or shorter inputs at once.");
            return [];
        }

        if (choice is null && chosen != LayerChoice.All)
        {
            Remark("Attention of the last layers alone is shown, since that of all would not fit. Name others with --layers.");
        }

        shown += count;
        return [.. captured.Select(kind => kind.Read(chosen)).Where(group => group.Layers.Count > 0)];

        int Count(LayerChoice layers) => captured.Sum(kind => layers.Of(kind.Layers.Count).Count() * kind.Numbers);
    }

    private void Remark(string remark)
    {
        if (!remarks.Contains(remark))
        {
            remarks.Add(remark);
        }
    }

    /// <summary>What a pass captured of one kind of attention.</summary>
    /// <param name="Of">The kind.</param>
    /// <param name="Layers">A tensor a layer, <c>[batch, heads, rows, columns]</c>.</param>
    /// <param name="RowAxis">What looked.</param>
    /// <param name="ColumnAxis">What was looked at.</param>
    internal sealed record Captured(AttentionKind Of, IReadOnlyList<Tensor> Layers, Axis RowAxis, Axis ColumnAxis)
    {
        /// <summary>Gets the row of the batch that is read.</summary>
        public int Row { get; init; }

        /// <summary>Gets which of the batch's places looked, padding left out; null for all.</summary>
        public IReadOnlyList<long>? RealRows { get; init; }

        /// <summary>Gets which of the batch's places were looked at, padding left out; null for all.</summary>
        public IReadOnlyList<long>? RealColumns { get; init; }

        /// <summary>Gets how many places the batch has, padding included, where some are left out.</summary>
        public int Padded { get; init; }

        /// <summary>Gets how many numbers are shown of a layer.</summary>
        public int Numbers => (int)Layers[0].size(1) * Rows.Count * Columns.Count;

        public AttentionGroup Read(LayerChoice choice) => new(
            Of, Rows.Labels, Columns.Labels, [.. choice.Of(Layers.Count).Select(layer => Axis.Show(AttentionMap.Of(layer, Layers[layer], Row, Kept(RealRows, 2), Kept(RealColumns, 3)), Rows, Columns))]);

        private Axis.ShownAxis Rows => RowAxis.Among(Kept(RealRows, 2)?.Count ?? (int)Layers[0].size(2));

        private Axis.ShownAxis Columns => ColumnAxis.Among(Kept(RealColumns, 3)?.Count ?? (int)Layers[0].size(3));

        // What an adapter lets the layers see stands before the batch's places.
        private IReadOnlyList<long>? Kept(IReadOnlyList<long>? real, int extent) => real is null || Layers[0].size(extent) - Padded is not (var ahead and >= 0)
            ? null
            : [.. Enumerable.Range(0, (int)ahead).Select(place => (long)place), .. real.Select(place => ahead + place)];
    }
}
