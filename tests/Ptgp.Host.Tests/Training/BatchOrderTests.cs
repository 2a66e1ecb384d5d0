using CsCheck;
using Ptgp.Host.Training;

namespace Ptgp.Host.Tests.Training;

public class BatchOrderTests
{
    [Fact]
    public void EveryExampleIsSeenOnceAnEpoch() =>
        Gen.Select(Gen.Int[1, 700], Gen.Int[1, 7], Gen.Int, Gen.Int[0, 3]).Sample((examples, batchSize, seed, epoch) =>
        {
            BatchesByCount order = new(examples, batchSize, seed);
            var batches = Batches(order, epoch, index => index);
            Assert.Equal(order.BatchesPerEpoch, batches.Count);
            Assert.Equal(Enumerable.Range(0, examples), batches.SelectMany(batch => batch).Order());
            Assert.All(batches, batch => Assert.InRange(batch.Length, 1, batchSize));
            Assert.True(batches.Count(batch => batch.Length < batchSize) <= 1);
        });

    [Fact]
    public void TheOrderFollowsFromSeedAndEpochAlone()
    {
        Assert.Equal(Batches(new BatchesByCount(500, 4, 3), 2, Length), Batches(new BatchesByCount(500, 4, 3), 2, Length));
        Assert.NotEqual(Batches(new BatchesByCount(500, 4, 3), 2, Length), Batches(new BatchesByCount(500, 4, 3), 1, Length));
        Assert.NotEqual(Batches(new BatchesByCount(500, 4, 3), 2, Length), Batches(new BatchesByCount(500, 4, 4), 2, Length));
    }

    [Fact]
    public void ExamplesOfABatchAreOfAboutEqualLength()
    {
        BatchesByCount order = new(6400, 8, 1);
        var batches = Batches(order, 0, Length);
        var padded = batches.Sum(batch => batch.Max(Length) * batch.Length);
        var real = batches.Sum(batch => batch.Sum(Length));
        Assert.InRange(padded / (double)real, 1, 1.05);
        // And yet the batches do not come sorted.
        var longest = batches.Take(BatchOrder.WindowBatches).Select(batch => Length(batch[0])).ToArray();
        Assert.NotEqual(longest.OrderDescending(), longest);
    }

    [Fact]
    public void ABudgetOfTokensIsFilledButNotOverdrawn() =>
        Gen.Select(Gen.Select(Gen.Int[1, 3], Gen.Int[1, 40]).Array[1, 700], Gen.Int[1, 300], Gen.Int, Gen.Int[0, 3]).Sample((drawn, budget, seed, epoch) =>
        {
            UnitShape[] shapes = [.. drawn.Select(unit => new UnitShape(unit.Item1, unit.Item2))];
            BatchesByTokens order = new(shapes, budget, seed);
            var batches = Batches(order, epoch, unit => shapes[unit].Width);
            // Every epoch has as many, whatever was drawn.
            Assert.Equal(order.BatchesPerEpoch, batches.Count);
            Assert.Equal(Enumerable.Range(0, shapes.Length), batches.SelectMany(batch => batch).Order());
            Assert.All(batches, batch => Assert.True(batch.Length == 1 || Positions(batch) <= budget));
            // Nor is room left, but in the last one cut: a unit has three rows at most.
            Assert.True(batches.Count(batch => (batch.Sum(unit => shapes[unit].Rows) + 3) * batch.Max(unit => shapes[unit].Width) <= budget) <= 1);

            int Positions(int[] batch) => batch.Sum(unit => shapes[unit].Rows) * batch.Max(unit => shapes[unit].Width);
        });

    [Fact]
    public void WithABudgetTheOrderFollowsFromSeedAndEpochAlone()
    {
        Assert.Equal(Drawn(3, 2), Drawn(3, 2));
        Assert.NotEqual(Drawn(3, 2), Drawn(3, 1));
        Assert.NotEqual(Drawn(3, 2), Drawn(4, 2));
        var widths = Drawn(3, 0).Select(batch => batch.Max(Length)).ToArray();
        Assert.NotEqual(widths.OrderDescending(), widths);

        static List<int[]> Drawn(int seed, int epoch) => Batches(new BatchesByTokens([.. Enumerable.Range(0, 5000).Select(unit => new UnitShape(1, Length(unit)))], 1000, seed), epoch, Length);
    }

    private static int Length(int example) => 1 + (example * 37 % 101);

    private static List<int[]> Batches(BatchOrder order, int epoch, Func<int, int> length) =>
        [.. Enumerable.Range(0, order.WindowsPerEpoch).SelectMany(window => order.Cut(epoch, window, order.Window(epoch, window), length))];
}
