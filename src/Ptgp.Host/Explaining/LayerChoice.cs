using System.Globalization;

namespace Ptgp.Host.Explaining;

/// <summary>Which layers are shown, as users write it: <c>all</c>, <c>last</c>, or numbers from 0 and ranges such as <c>0,2-4</c>.</summary>
internal sealed class LayerChoice
{
    private readonly IReadOnlyList<(int First, int Last)>? ranges;                  // null for the last layer

    private LayerChoice(string text, IReadOnlyList<(int First, int Last)>? ranges) => (Text, this.ranges) = (text, ranges);

    /// <summary>Gets what was written.</summary>
    public string Text { get; }

    /// <summary>Gets the choice of every layer.</summary>
    public static LayerChoice All { get; } = new("all", [(0, int.MaxValue)]);

    /// <summary>Gets the choice of the last layer alone.</summary>
    public static LayerChoice Last { get; } = new("last", null);

    /// <summary>Reads a choice.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static LayerChoice Parse(string text)
    {
        switch (text.Trim().ToUpperInvariant())
        {
            case "ALL":
                return All;
            case "LAST":
                return Last;
        }

        List<(int, int)> ranges = [];
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-', StringSplitOptions.TrimEntries);
            if (ends.Length > 2 || !Number(ends[0], out var first) || !Number(ends[^1], out var last) || first > last)
            {
                throw new UsageException($"--layers must be 'all', 'last', or numbers from 0 and ranges such as '0,2-4', but is '{text}'.");
            }

            ranges.Add((first, last));
        }

        return new(text, ranges);
    }

    /// <summary>Picks from a stack's layers, in order; none where it has none of those that are named.</summary>
    public IEnumerable<int> Of(int layers) => Enumerable.Range(0, layers).Where(layer => ranges is null ? layer == layers - 1 : ranges.Any(range => range.First <= layer && layer <= range.Last));

    private static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
