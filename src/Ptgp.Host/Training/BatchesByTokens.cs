namespace Ptgp.Host.Training;

/// <summary>How much of a batch a unit takes.</summary>
/// <param name="Rows">How many rows it makes.</param>
/// <param name="Width">How long the longest of them is, of input or target.</param>
/// <param name="Positions">How many positions they have together, without padding; 0 where padding counts.</param>
internal readonly record struct UnitShape(int Rows, int Width, int Positions = 0);

/// <summary>Batches of as many units as a budget of padded positions holds, rows times the longest; at least one.</summary>
/// <remarks>
/// All units are sorted by their width, those of equal width drawn by lot, and cut where the budget is full; the order of batches is drawn.
/// So every epoch has the same number of batches, and hardly any padding.
/// </remarks>
internal sealed class BatchesByTokens : BatchOrder
{
    private readonly IReadOnlyList<UnitShape> shapes;
    private readonly int budget;

    public BatchesByTokens(IReadOnlyList<UnitShape> shapes, int budget, int seed) : base(shapes.Count, seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(budget, 1);
        (this.shapes, this.budget) = (shapes, budget);
        BatchesPerEpoch = Batches(new(0)).Count;
    }

    /// <inheritdoc />
    public override int BatchesPerEpoch { get; }

    /// <inheritdoc />
    protected override (int[] Units, int[] Sizes) Draw(Random random)
    {
        var batches = Batches(random).ToArray();
        random.Shuffle(batches);
        return ([.. batches.SelectMany(batch => batch)], [.. batches.Select(batch => batch.Count)]);
    }

    /// <inheritdoc />
    protected override IReadOnlyList<T[]> Cut<T>(IReadOnlyList<T> encoded, int[] sizes, Random random, Func<T, int> length)
    {
        var start = 0;
        return [.. sizes.Select(size => encoded.Skip((start += size) - size).Take(size).ToArray())];
    }

    private List<List<int>> Batches(Random random)
    {
        int[] order = [.. Enumerable.Range(0, Units)];
        random.Shuffle(order);
        List<List<int>> batches = [];
        var (width, rows, positions) = (0, 0, 0L);
        // The rows of equally wide units come sorted too: else the number of batches would depend on the draw.
        foreach (var unit in order.OrderByDescending(unit => shapes[unit].Positions).ThenByDescending(unit => shapes[unit].Width).ThenByDescending(unit => shapes[unit].Rows))
        {
            var isFull = shapes[unit].Positions > 0 ? positions + shapes[unit].Positions > budget : (long)width * (rows + shapes[unit].Rows) > budget;
            if (batches.Count == 0 || isFull)
            {
                batches.Add([]);
                (width, rows, positions) = (shapes[unit].Width, 0, 0);
            }

            batches[^1].Add(unit);
            rows += shapes[unit].Rows;
            positions += shapes[unit].Positions;
        }

        return batches;
    }
}
