using CsCheck;
using Ptgp.Host.Training;

namespace Ptgp.Host.Tests.Training;

public class BatchOrderTests
{
    [Fact]
    public void EveryExampleIsSeenOnceAnEpoch() =>
        Gen.Select(Gen.Int[1, 700], Gen.Int[1, 7], Gen.Int, Gen.Int[0, 3]).Sample((examples, batchSize, seed, epoch) =>
        {
            BatchOrder order = new(examples, batchSize, seed);
            var batches = Batches(order, epoch, index => index);
            Assert.Equal(order.BatchesPerEpoch, batches.Count);
            Assert.Equal(Enumerable.Range(0, examples), batches.SelectMany(batch => batch).Order());
            Assert.All(batches, batch => Assert.InRange(batch.Length, 1, batchSize));
            Assert.True(batches.Count(batch => batch.Length < batchSize) <= 1);
        });

    [Fact]
    public void TheOrderFollowsFromSeedAndEpochAlone()
    {
        Assert.Equal(Batches(new(500, 4, 3), 2, Length), Batches(new(500, 4, 3), 2, Length));
        Assert.NotEqual(Batches(new(500, 4, 3), 2, Length), Batches(new(500, 4, 3), 1, Length));
        Assert.NotEqual(Batches(new(500, 4, 3), 2, Length), Batches(new(500, 4, 4), 2, Length));
    }

    [Fact]
    public void ExamplesOfABatchAreOfAboutEqualLength()
    {
        BatchOrder order = new(6400, 8, 1);
        var batches = Batches(order, 0, Length);
        var padded = batches.Sum(batch => batch.Max(Length) * batch.Length);
        var real = batches.Sum(batch => batch.Sum(Length));
        Assert.InRange(padded / (double)real, 1, 1.05);
        // And yet the batches do not come sorted.
        var longest = batches.Take(BatchOrder.WindowBatches).Select(batch => Length(batch[0])).ToArray();
        Assert.NotEqual(longest.OrderDescending(), longest);
    }

    private static int Length(int example) => 1 + (example * 37 % 101);

    private static List<int[]> Batches(BatchOrder order, int epoch, Func<int, int> length) =>
        [.. Enumerable.Range(0, order.WindowsPerEpoch).SelectMany(window => order.Cut(epoch, window, order.Window(epoch, window), length))];
}
