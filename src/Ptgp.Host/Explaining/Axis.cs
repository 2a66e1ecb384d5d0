using Ptgp.Backbone.Explaining;

namespace Ptgp.Host.Explaining;

/// <summary>One side of a map of attention: what its places are called, and how many neighbours are shown as one.</summary>
/// <param name="Labels">What is shown, in order.</param>
/// <param name="Places">How many places there are.</param>
/// <param name="Span">How many of them a label covers, the last one perhaps fewer.</param>
internal sealed record Axis(IReadOnlyList<string> Labels, int Places, int Span = 1)
{
    /// <summary>Makes a side whose places are shown each.</summary>
    public static Axis Of(params IEnumerable<string> labels)
    {
        string[] all = [.. labels];
        return new(all, all.Length);
    }

    /// <summary>Sets places before all others, where an adapter lets the layers see what it learned.</summary>
    /// <param name="places">How many places there are with them.</param>
    public ShownAxis Among(int places) => new(this, places - Places);

    /// <summary>A side as a layer sees it.</summary>
    /// <param name="Axis">The side.</param>
    /// <param name="Ahead">How many places an adapter put before it.</param>
    internal readonly record struct ShownAxis(Axis Axis, int Ahead)
    {
        public int Count => Ahead + Axis.Labels.Count;

        public IReadOnlyList<string> Labels => [.. Enumerable.Range(0, Ahead).Select(i => $"prompt {i}"), .. Axis.Labels];

        public int At(int place) => place < Ahead ? place : Ahead + ((place - Ahead) / Axis.Span);
    }

    /// <summary>Brings a map to what is shown: neighbours that look are averaged, those looked at are added up, so that rows still add up to 1.</summary>
    public static AttentionMap Show(AttentionMap map, ShownAxis rows, ShownAxis columns)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (rows.Axis.Span == 1 && columns.Axis.Span == 1)
        {
            return map;
        }

        var (values, together) = (new float[map.Heads * rows.Count * columns.Count], new int[rows.Count]);
        for (var row = 0; row < map.Rows; row++)
        {
            together[rows.At(row)]++;
        }

        for (var head = 0; head < map.Heads; head++)
        {
            for (var row = 0; row < map.Rows; row++)
            {
                var shown = rows.At(row);
                for (var column = 0; column < map.Columns; column++)
                {
                    values[(((head * rows.Count) + shown) * columns.Count) + columns.At(column)] += map[head, row, column] / together[shown];
                }
            }
        }

        return new(map.Layer, map.Heads, rows.Count, columns.Count, values);
    }
}
