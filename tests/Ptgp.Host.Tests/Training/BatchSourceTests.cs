using Ptgp.Host.Training;

namespace Ptgp.Host.Tests.Training;

public class BatchSourceTests
{
    [Fact]
    public void ABatchIsTheSameWhereverReadingBegins()
    {
        var running = Source();
        var all = Enumerable.Range(0, 2).SelectMany(epoch => Enumerable.Range(0, 150).Select(batch => Parts(running.Get(epoch, batch)))).ToArray();
        foreach (var (epoch, batch) in new[] { (0, 0), (0, 63), (0, 64), (0, 149), (1, 1), (1, 140) })
        {
            Assert.Equal(all[(epoch * 150) + batch], Parts(Source().Get(epoch, batch)));
        }
    }

    [Fact]
    public void AFaultOfAnExampleReadAheadIsToldWhenItsTurnHasCome()
    {
        BatchesByCount order = new(300, 2, 5);
        var bad = order.Window(0, 1)[0];
        BatchSource<int> source = new(order, index => index == bad ? throw new UserException("bad") : Encode(index));
        for (var batch = 0; batch < BatchOrder.WindowBatches; batch++)
        {
            Assert.NotEmpty(source.Get(0, batch));
        }

        Assert.Equal("bad", Assert.Throws<UserException>(() => source.Get(0, BatchOrder.WindowBatches)).Message);
    }

    private static BatchSource<int> Source() => new(new BatchesByCount(300, 2, 5), Encode);

    private static EncodedExample<int>[] Encode(int index) => [new(index, Features.FromTokens(Enumerable.Repeat(1, 1 + (index % 17))), Target.FromLabels(index))];

    private static int[] Parts(IReadOnlyList<EncodedExample<int>> batch) => [.. batch.Select(example => example.Part)];
}
