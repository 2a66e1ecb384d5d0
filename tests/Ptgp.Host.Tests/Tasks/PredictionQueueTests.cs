using Ptgp.Backbone;
using Ptgp.Backbone.Generation;
using Ptgp.Host.Tasks;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Tasks;

public sealed class PredictionQueueTests : IDisposable
{
    private readonly DeviceThread device = new("test device");
    private readonly Lengths head;
    private readonly PredictionQueue<string, string, int, int> queue;

    public PredictionQueueTests()
    {
        set_num_threads(1);
        var checkpoint = CheckpointFolder.Open(Repository.Fixture("models", "t5-v1_0"));
        BackboneView view = new(checkpoint.Describe("tiny"), checkpoint.LoadTokenizer(), checkpoint.LoadTransformer(CPU, float32));
        head = new(view);
        queue = new(head, view, new() { Device = CPU, PadId = 0 }, device);
    }

    public void Dispose()
    {
        device.Dispose();
        head.Dispose();
    }

    [Fact]
    public async Task WhatWaitsTogetherIsOneBatch()
    {
        using ManualResetEventSlim free = new();
        var busy = device.RunAsync(() => free.Wait(TimeSpan.FromSeconds(30)));
        var asked = Enumerable.Range(1, 40).Select(length => queue.PredictAsync(new('a', length), TestContext.Current.CancellationToken)).ToArray();
        free.Set();
        Assert.True(await busy);
        Assert.Equal(Enumerable.Range(1, 40), await Task.WhenAll(asked));
        Assert.Equal(1, head.Batches);
    }

    [Fact]
    public async Task AnEmptyPartIsRefusedAndTakesNoOtherWithIt()
    {
        var other = queue.PredictAsync("aaa", TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<FormatException>(() => queue.PredictAsync("", TestContext.Current.CancellationToken));
        Assert.Equal("There must be something to read, but the input is empty.", refused.Message);
        Assert.Equal(3, await other);
    }

    /// <summary>Answers how many tokens a part has.</summary>
    private sealed class Lengths(IBackbone backbone) : TaskHead<string, int>(backbone)
    {
        private int batches;

        public int Batches => batches;

        public override Features EncodeInput(string part) => Features.FromTokens(part.Select(letter => (int)letter));

        public override Target EncodeTarget(string part, int output) => Target.FromLabels(output);

        public override TaskLoss Loss(EncodedBatch<string> batch) => new(batch.States.sum(), 1);

        public override IReadOnlyList<int> Predict(EncodedBatch<string> batch)
        {
            Interlocked.Increment(ref batches);
            return [.. batch.Mask.sum(1).data<long>().Select(length => (int)length)];
        }
    }
}
