using CsCheck;
using Ptgp.Backbone.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Generation;

public sealed class WritingEngineTests : IDisposable
{
    private readonly EngineBench bench = new();

    public void Dispose() => bench.Dispose();

    [Fact]
    public async Task RequestsThatWaitAreWrittenTogetherAndAnswerAsAlone()
    {
        var requests = Enumerable.Range(0, 12).Select(seed => bench.Request(seed, new() { NumBeams = 1 + (seed % 2 * 2), MaxNewTokens = 3 + seed }, 3 + (seed % 5))).ToArray();
        List<Written> alone = [];
        foreach (var request in requests)
        {
            alone.Add(await bench.WriteAsync(request, TestContext.Current.CancellationToken));
        }

        var before = bench.Batches;
        var together = await Together(requests);
        Assert.Equal(2, bench.Batches - before);                  // the one that blocks, and all others
        Assert.Equal(alone.Select(Ids), together.Select(Ids));
        Assert.All(alone.Zip(together), pair => Assert.Equal(pair.First.Best.Score, pair.Second.Best.Score, 1e-3));
    }

    [Fact]
    public void TheOrderOfRequestsIsInvisible() => Gen.Shuffle(Enumerable.Range(0, 6).ToArray()).Sample(order =>
    {
        var expected = Together([.. Enumerable.Range(0, 6).Select(seed => bench.Request(seed, length: 2 + seed))]).GetAwaiter().GetResult();
        var actual = Together([.. order.Select(seed => bench.Request(seed, length: 2 + seed))]).GetAwaiter().GetResult();
        Assert.Equal(order.Select(seed => Ids(expected[seed])), actual.Select(Ids));
    }, iter: 5, threads: 1);

    [Fact]
    public async Task ASeedGivesTheSameTextWhateverElseIsWritten()
    {
        var sampled = new GenerationOptions { DoSample = true, Seed = 21, MaxNewTokens = 16 };
        EngineRequest[] requests =
        [
            bench.Request(1, sampled), bench.Request(1, sampled, 9), bench.Request(2, sampled with { Seed = 22, Temperature = 2, TopK = 0 }), bench.Request(3),
            bench.Request(4, sampled with { TopP = 0.8, MinP = 0.01, TypicalP = 0.9 }), bench.Request(5, sampled with { NumReturnSequences = 3 }), bench.Request(6, sampled with { NumBeams = 3 }),
            bench.Request(7, new() { NumBeams = 3 }), bench.Request(1, sampled),
        ];
        List<Written> alone = [];
        foreach (var request in requests)
        {
            alone.Add(await bench.WriteAsync(request, TestContext.Current.CancellationToken));
        }

        var before = bench.Batches;
        var together = await Together(requests);
        Assert.Equal(2, bench.Batches - before);                  // the one that blocks, and all others
        Assert.Equal(alone.Select(written => written.Hypotheses.Select(each => each.Ids)), together.Select(written => written.Hypotheses.Select(each => each.Ids)));
        Assert.Equal(alone[0].Best.Ids, alone[8].Best.Ids);
        Assert.NotEqual(alone[0].Best.Ids, (await bench.WriteAsync(bench.Request(1, sampled with { Seed = 23 }), TestContext.Current.CancellationToken)).Best.Ids);
    }

    [Fact]
    public async Task AnAdapterChangesItsOwnRequestsAlone()
    {
        using var adapter = new Adapter(bench.Transformer, ["decoder.layers.0.cross_attention.q", "decoder.layers.1.self_attention.v"], 4, 64, 1);
        using (no_grad())
        {
            foreach (var parameter in adapter.parameters())
            {
                parameter.normal_(0, 1);
            }
        }

        var plain = await bench.WriteAsync(bench.Request(1), TestContext.Current.CancellationToken);
        var other = await bench.WriteAsync(bench.Request(1) with { Adapter = adapter }, TestContext.Current.CancellationToken);
        Assert.NotEqual(Ids(plain), Ids(other));
        var together = await Together([bench.Request(1), bench.Request(1) with { Adapter = adapter }, bench.Request(1)]);
        Assert.Equal([Ids(plain), Ids(other), Ids(plain)], together.Select(Ids));
    }

    [Fact]
    public async Task AFaultInOneRequestsRuleIsThatRequestsAlone()
    {
        var broken = bench.Request(2) with { Rules = [new BrokenRule()] };
        var blocked = Block(out var release);
        var tasks = new[] { bench.WriteAsync(bench.Request(1), TestContext.Current.CancellationToken), bench.WriteAsync(broken, TestContext.Current.CancellationToken), bench.WriteAsync(bench.Request(3), TestContext.Current.CancellationToken) };
        release.Set();
        await blocked;
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => tasks[1]);
        Assert.NotEmpty((await tasks[0]).Best.Ids);
        Assert.NotEmpty((await tasks[2]).Best.Ids);
    }

    [Fact]
    public async Task WhatStopsABatchComesToAllWhoWaitForItAndTheEngineGoesOn()
    {
        bench.OnEncode = _ => throw new TimeZoneNotFoundException();
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => bench.WriteAsync(bench.Request(1), TestContext.Current.CancellationToken));
        bench.OnEncode = _ => { };
        Assert.NotEmpty((await bench.WriteAsync(bench.Request(1), TestContext.Current.CancellationToken)).Best.Ids);
    }

    [Fact]
    public async Task ACancelledRequestThatWaitsLeavesAtOnce()
    {
        var blocked = Block(out var release);
        using var cancel = new CancellationTokenSource();
        var task = bench.WriteAsync(bench.Request(1), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.False(blocked.IsCompleted);
        release.Set();
        await blocked;
        Assert.Equal(1, bench.Batches);
    }

    [Fact]
    public async Task ACancelledRequestThatIsBeingWrittenLeavesAtTheNextToken()
    {
        using var cancel = new CancellationTokenSource();
        var counting = new CountingRule(written =>
        {
            if (written == 2)
            {
                cancel.Cancel();
            }
        });
        var request = bench.Request(1, new() { MaxNewTokens = 200, MinNewTokens = 200 }) with { Rules = [counting] };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.WriteAsync(request, cancel.Token));
        await bench.Engine.Device.RunAsync(() => true);           // the batch has come to its end
        Assert.Equal(3, counting.Calls);
    }

    [Theory, InlineData(1), InlineData(4)]
    public async Task PiecesJoinedAreTheText(int beams)
    {
        for (var seed = 0; seed < 8; seed++)
        {
            List<string> pieces = [];
            var written = await bench.WriteAsync(bench.Request(seed, new() { NumBeams = beams, MaxNewTokens = 20 }) with { OnPiece = piece => pieces.Add(piece.Text) }, TestContext.Current.CancellationToken);
            Assert.Equal(written.Best.Text, string.Concat(pieces));
            Assert.DoesNotContain("", pieces);
        }
    }

    [Fact]
    public async Task GreedyPiecesComeWhileTheRestIsWritten()
    {
        List<int> lengths = [];
        List<string> pieces = [];
        var counting = new CountingRule(_ => lengths.Add(pieces.Count));
        await bench.WriteAsync(bench.Request(3, new() { MinNewTokens = 12 }) with { Rules = [counting], OnPiece = piece => pieces.Add(piece.Text) }, TestContext.Current.CancellationToken);
        Assert.True(lengths[^1] > 3, string.Join(' ', lengths));
    }

    [Fact]
    public async Task AnInputReadOnceAnswersLikeItsSource()
    {
        var expected = await bench.WriteAsync(bench.Request(5), TestContext.Current.CancellationToken);
        using var encoded = await bench.Engine.EncodeAsync(EngineBench.Source(5), bench.Encode, TestContext.Current.CancellationToken);
        using var longer = await bench.Engine.EncodeAsync(EngineBench.Source(6, 9), bench.Encode, TestContext.Current.CancellationToken);
        var request = bench.Request(5) with { Source = null, Encoded = encoded };
        var before = bench.Batches;
        var together = await Together([request, request with { Encoded = longer }]);
        Assert.Equal(1, bench.Batches - before);                  // the one that blocks
        Assert.Equal(Ids(expected), Ids(together[0]));
        Assert.Equal(6, encoded.Length);
        encoded.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => bench.WriteAsync(request, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task AttentionLooksAtTheSourceWithAllItsWeight()
    {
        var request = bench.Request(4, new() { NumBeams = 3, NumReturnSequences = 2 }) with { Prefix = [9, 8], Attention = new() };
        var both = await Together([request, bench.Request(5, new() { NumBeams = 3 }, 11)]);
        Assert.Equal(2, both[0].Hypotheses.Count);
        foreach (var hypothesis in both[0].Hypotheses)
        {
            var map = Assert.Single(hypothesis.Attention);
            Assert.Equal((2 + hypothesis.Ids.Count, 6), (map.GetLength(0), map.GetLength(1)));
            Assert.All(Enumerable.Range(0, map.GetLength(0)), row => Assert.Equal(1, Enumerable.Range(0, 6).Sum(column => map[row, column]), 1e-4));
        }

        var heads = await bench.WriteAsync(request with { Attention = new() { Heads = [new(1, 0), new(0, 2)] } }, TestContext.Current.CancellationToken);
        Assert.Equal(2, heads.Best.Attention.Count);
        Assert.NotEqual(heads.Best.Attention[0][0, 0], heads.Best.Attention[1][0, 0]);
        Assert.Empty(both[1].Best.Attention);
    }

    [Fact]
    public async Task AttentionOfAHeadThatIsNotThereIsRefused()
    {
        var request = bench.Request(4) with { Attention = new() { Heads = [new(99, 0)] } };
        var fault = await Assert.ThrowsAsync<ArgumentException>(() => bench.WriteAsync(request, TestContext.Current.CancellationToken));
        Assert.StartsWith("Attention of head 0 of layer 99 was asked for, but the decoder has ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequestsThatMakeNoSenseAreRefused()
    {
        var request = bench.Request(1);
        await Refused(request with { Source = null }, "A WritingRequest must have either a Source or an Encoded input, but has neither.");
        await Refused(request with { Source = Features.FromTokens([]) }, "The Source of a WritingRequest must hold at least one token or frame, but holds none.");
        await Refused(request with { Prefix = [-1] }, $"A WritingRequest names id -1, but the backbone writes ids from 0 to {bench.Transformer.Config.OutputVocabulary - 1}.");
        await Refused(request with { Prefix = [5], ProbabilitiesOf = [5], ProbabilitiesAfter = 2 }, "ProbabilitiesAfter must be from 0 to the length of the prefix, 1, but is 2.");

        async Task Refused(EngineRequest refused, string message) =>
            Assert.Equal(message, (await Assert.ThrowsAsync<ArgumentException>(() => bench.WriteAsync(refused, TestContext.Current.CancellationToken))).Message);
    }

    [Fact]
    public async Task AfterDisposalWhatWaitsIsRefused()
    {
        var blocked = Block(out var release);
        var task = bench.WriteAsync(bench.Request(1), TestContext.Current.CancellationToken);
        var disposal = Task.Run(bench.Engine.Dispose, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<TimeoutException>(() => disposal.WaitAsync(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken));
        release.Set();
        await disposal;
        Assert.NotEmpty((await blocked).Best.Ids);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => task);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => bench.WriteAsync(bench.Request(1), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task NothingIsLeftOfTenThousandWrittenSequences()
    {
        const int together = 100, rounds = 100;
        List<bool> records = [];
        bench.OnEncode = _ => records.Add(is_grad_enabled());
        await Generate(5);
        var before = await Live();
        await Generate(rounds);
        // Which requests meet in a batch is chance, so a layer may pack its weights for a new number of rows: once, and by far not in every round.
        Assert.InRange(await Live() - before, 0, (rounds / 2) - 1);
        Assert.DoesNotContain(true, records);

        Task<long> Live() => bench.Engine.Device.RunAsync(() => DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        async Task Generate(int rounds)
        {
            for (var i = 0; i < rounds; i++)
            {
                await Task.WhenAll(Enumerable.Range(0, together).Select(seed =>
                    bench.WriteAsync(bench.Request(seed, new() { NumBeams = 1 + (seed % 3), RepetitionPenalty = 1.1, MaxNewTokens = 6 }) with { Attention = seed == 0 ? new() : null })));
            }
        }
    }

    private static IReadOnlyList<int> Ids(Written written) => written.Best.Ids;

    // Holds up the engine, so that what is asked until the release waits together.
    private Task<Written> Block(out ManualResetEventSlim release)
    {
        var entered = new ManualResetEventSlim();
        var mayGo = release = new();
        bench.OnEncode = _ =>
        {
            entered.Set();
            mayGo.Wait();
            bench.OnEncode = _ => { };
        };
        var blocked = bench.WriteAsync(bench.Request(99));
        entered.Wait();
        return blocked;
    }

    private async Task<Written[]> Together(EngineRequest[] requests)
    {
        var blocked = Block(out var release);
        var tasks = requests.Select(request => bench.WriteAsync(request)).ToArray();
        release.Set();
        await blocked;
        return await Task.WhenAll(tasks);
    }

    private sealed class BrokenRule : LogitsRule
    {
        public override IReadOnlyCollection<int>? Allowed(IReadOnlyList<int> written, int prefixLength) =>
            written.Count == 2 ? throw new TimeZoneNotFoundException() : null;
    }

    private sealed class CountingRule(Action<int> onCall) : LogitsRule
    {
        public int Calls { get; private set; }

        public override IReadOnlyCollection<int>? Allowed(IReadOnlyList<int> written, int prefixLength)
        {
            Calls++;
            onCall(written.Count);
            return null;
        }
    }
}
