using CsCheck;
using Ptgp.Backbone.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>What a request is answered does not depend on what else is written, and what is written is bounded.</summary>
public sealed class RunningBatchTests
{
    [Theory, InlineData("t5-v1_0"), InlineData("marian"), InlineData("llama"), InlineData("gpt2"), InlineData("mistral")]
    public void EveryMixAnswersEachRequestAsAlone(string fixture) => AnswersEachAsAlone(fixture, new(), mixes: 40);

    [Theory, InlineData("t5-v1_0"), InlineData("marian"), InlineData("llama"), InlineData("mistral")]
    public void SoDoesEveryMixWhereKeysAreGathered(string fixture) => AnswersEachAsAlone(fixture, new() { Gathers = true }, mixes: 12);

    private static void AnswersEachAsAlone(string fixture, EngineLimits limits, int mixes)
    {
        using var bench = new EngineBench(fixture, limits);
        var adapters = Adapters(bench.Transformer);
        var alone = new Dictionary<Mixed, Written>();
        // 200 mixes over all families, joining at once and one after the other.
        Gen.Select(AnyRequest.Array[2, 7], Gen.Bool).Sample(
            (requests, isAtOnce) =>
            {
                List<Task<Written>> tasks = [];
                foreach (var request in requests)
                {
                    tasks.Add(bench.WriteAsync(request.Make(bench, adapters)));
                    if (!isAtOnce)
                    {
                        bench.Engine.Device.RunAsync(() => true).GetAwaiter().GetResult();        // a step or two have been made meanwhile
                    }
                }

                for (var at = 0; at < requests.Length; at++)
                {
                    if (!alone.TryGetValue(requests[at], out var expected))
                    {
                        alone.Add(requests[at], expected = bench.WriteAsync(requests[at].Make(bench, adapters)).GetAwaiter().GetResult());
                    }

                    var actual = tasks[at].GetAwaiter().GetResult();
                    Assert.Equal(expected.Hypotheses.Select(each => each.Ids), actual.Hypotheses.Select(each => each.Ids));
                    Assert.All(expected.Hypotheses.Zip(actual.Hypotheses), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-5 * Math.Max(1, Math.Abs(pair.First.Score))));
                }
            },
            iter: mixes,
            threads: 1);
        Array.ForEach(adapters, adapter => adapter?.Dispose());
    }

    [Theory, InlineData("t5-v1_0", LinearArithmetic.Strict), InlineData("marian", LinearArithmetic.Strict | LinearArithmetic.Quantized), InlineData("llama", LinearArithmetic.Strict)]
    public async Task InStrictArithmeticScoresAreTheSameToTheBit(string fixture, LinearArithmetic arithmetic)
    {
        using var bench = new EngineBench(fixture, new() { ReadsAlone = true }, arithmetic);
        var adapters = Adapters(bench.Transformer);
        Mixed[] requests = [.. Enumerable.Range(0, 18).Select(at => new Mixed(at % 5, 2 + (at % 7), at % 4, at % 9, 3 + (at % 6), at % 3))];
        List<Written> alone = [];
        foreach (var request in requests)
        {
            alone.Add(await bench.WriteAsync(request.Make(bench, adapters), Cancellation));
        }

        var together = await Task.WhenAll(requests.Select(request => bench.WriteAsync(request.Make(bench, adapters), Cancellation)));
        Assert.Equal(alone.SelectMany(each => each.Hypotheses).Select(each => each.Score), together.SelectMany(each => each.Hypotheses).Select(each => each.Score));
        Assert.Equal(alone.SelectMany(each => each.Hypotheses).SelectMany(each => each.LogProbabilities), together.SelectMany(each => each.Hypotheses).SelectMany(each => each.LogProbabilities));
        Array.ForEach(adapters, adapter => adapter?.Dispose());
    }

    [Fact]
    public async Task RequestsOfAllAdaptersAndBeamsAreWrittenInOneStep()
    {
        using var bench = new EngineBench();
        var adapters = Adapters(bench.Transformer);
        var steps = 0;
        var tasks = adapters.SelectMany((adapter, at) => new[] { 1, 3 }.Select(beams =>
            bench.Request(at, new() { NumBeams = beams, MinNewTokens = 10, MaxNewTokens = 10 }) with { Adapter = adapter, Rules = [new Told(() => steps++)] })).Select(request => bench.WriteAsync(request, Cancellation)).ToArray();
        await Task.WhenAll(tasks);
        var alone = 0;
        await bench.WriteAsync(bench.Request(0, new() { MinNewTokens = 10, MaxNewTokens = 10 }) with { Rules = [new Told(() => alone++)] }, Cancellation);
        Assert.Equal(10, alone);
        Assert.Equal(adapters.Length * (10 + (3 * 9) + 1), steps);          // each row's rule once a step; all beams are one in the first
        Array.ForEach(adapters, adapter => adapter?.Dispose());
    }

    [Fact]
    public async Task RequestsWaitForMemoryAndNoneFails()
    {
        // Room for two of them at a time.
        using KeyValuePool pool = new(CheckpointFolder.Open(Repository.Fixture("models", "t5-v1_0")).Config.Decoder!, ScalarType.Float32, CPU);
        using var bench = new EngineBench(limits: new() { MemoryBytes = 4 * pool.PageBytes });
        var (writing, most) = (0, 0);
        var requests = Enumerable.Range(0, 12).Select(seed => bench.Request(seed, new() { MinNewTokens = 12 }) with
        {
            Rules = [new Told(written =>
            {
                writing += written == 0 ? 1 : 0;
                most = Math.Max(most, writing);
                writing -= written == 11 ? 1 : 0;
            })],
        }).ToArray();
        var written = await Task.WhenAll(requests.Select(request => bench.WriteAsync(request, Cancellation)));
        Assert.All(written, each => Assert.Equal(12, each.Best.Ids.Count));
        Assert.InRange(most, 2, 4);
        Assert.Equal(0, writing);
    }

    [Fact]
    public async Task ARequestThatCanNeverFitIsRefusedWithTheFigures()
    {
        using var bench = new EngineBench(limits: new() { MemoryBytes = 1 });
        var fault = await Assert.ThrowsAsync<MemoryBudgetException>(() => bench.WriteAsync(bench.Request(1, new() { NumBeams = 4, MaxNewTokens = 100 }), Cancellation));
        Assert.StartsWith("A request of 4 row(s) of up to 101 tokens to an input of 6 may need ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("keyValueMemory", fault.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task ReadingIsBoundedBetweenTwoStepsOfWhatIsWritten(bool isMixed)
    {
        using var bench = new EngineBench(limits: new() { TokensRead = 64, TokensReadBetweenSteps = 32 });
        var (since, most, isWriting) = (0, 0, true);
        using ManualResetEventSlim begun = new(), mayGo = new();
        var longOne = bench.WriteAsync(bench.Request(1, new() { MinNewTokens = 60, MaxNewTokens = 60 }) with
        {
            Rules = [new Told(written =>
            {
                begun.Set();
                mayGo.Wait(Cancellation);
                (since, isWriting) = (0, written < 59);
            })],
        }, Cancellation);
        begun.Wait(Cancellation);
        bench.OnEncode = parts =>
        {
            since += parts.Count * parts.Max(part => part.Length);
            most = isWriting ? Math.Max(most, since) : most;
        };
        var adapters = Adapters(bench.Transformer);
        var others = Enumerable.Range(0, 40).Select(seed => bench.WriteAsync(
            isMixed ? new Mixed(seed, 8, seed % 4, 0, 2, 0).Make(bench, adapters) : bench.Request(seed, new() { MaxNewTokens = 2 }, 8), Cancellation)).ToArray();
        mayGo.Set();
        await Task.WhenAll([longOne, .. others]);
        Assert.Equal(32, most);
        Array.ForEach(adapters, adapter => adapter?.Dispose());
    }

    [Fact]
    public async Task WhatWaitsOfSeveralAdaptersIsReadInOnePass()
    {
        using var bench = new EngineBench();
        var adapters = Adapters(bench.Transformer);
        Mixed[] requests = [.. Enumerable.Range(0, 8).Select(at => new Mixed(at, 3 + at, at % 4, 0, 6, 0))];
        List<Written> alone = [];
        foreach (var request in requests)
        {
            alone.Add(await bench.WriteAsync(request.Make(bench, adapters), Cancellation));
        }

        var before = await bench.Engine.Device.RunAsync(() => bench.Engine.Reads);
        Assert.Equal(requests.Length, before);
        var together = await WhileBusy(bench, () => [.. requests.Select(request => bench.WriteAsync(request.Make(bench, adapters), Cancellation))]);
        Assert.Equal(before + 1, await bench.Engine.Device.RunAsync(() => bench.Engine.Reads));
        Assert.Equal(alone.Select(each => each.Best.Ids), together.Select(each => each.Best.Ids));
        Assert.All(alone.Zip(together), pair => Assert.Equal(pair.First.Best.Score, pair.Second.Best.Score, 1e-5 * Math.Max(1, Math.Abs(pair.First.Best.Score))));
        Array.ForEach(adapters, adapter => adapter?.Dispose());
    }

    [Fact]
    public async Task NobodyIsReadBesideAnInputMoreThanTwiceAsLong()
    {
        using var bench = new EngineBench();
        var requests = new[] { 120, 100, 70, 50, 5 }.Select(length => bench.Request(length, new() { MaxNewTokens = 2 }, length)).ToArray();
        var read = new List<int[]>();
        bench.OnEncode = parts => read.Add([.. parts.Select(part => part.Length)]);
        await WhileBusy(bench, () => [.. requests.Select(request => bench.WriteAsync(request, Cancellation))]);
        Assert.Equal([[120, 100, 70], [50], [5]], read);
    }

    [Fact]
    public async Task WhatFailsToBeEmbeddedEndsItsOwnRequestsAlone()
    {
        using var bench = new EngineBench();
        var adapters = Adapters(bench.Transformer);
        var good = new Mixed(1, 5, 1, 0, 4, 0).Make(bench, adapters);
        var bad = new Mixed(2, 5, 2, 0, 4, 0).Make(bench, adapters) with { Embed = _ => throw new FormatException("broken") };
        Task<Written>[] tasks = [];
        await WhileBusy(bench, () =>
        {
            tasks = [bench.WriteAsync(good, Cancellation), bench.WriteAsync(bad, Cancellation), bench.WriteAsync(new Mixed(3, 4, 0, 0, 4, 0).Make(bench, adapters), Cancellation)];
            return [tasks[0], tasks[2]];
        });
        Assert.Equal("broken", (await Assert.ThrowsAsync<FormatException>(() => tasks[1])).Message);
        Array.ForEach(adapters, adapter => adapter?.Dispose());
    }

    [Fact]
    public async Task WhatWaitsIsSharedOutByWeight()
    {
        using var bench = new EngineBench(limits: new() { Rows = 1 });
        List<string> order = [];
        using ManualResetEventSlim begun = new(), mayGo = new();
        var first = bench.WriteAsync(bench.Request(0, new() { MaxNewTokens = 2 }) with
        {
            Rules = [new Told(() =>
            {
                begun.Set();
                mayGo.Wait(Cancellation);
            })],
        }, Cancellation);
        begun.Wait(Cancellation);
        // One asks for much, and the other comes later with a weight of 3.
        var many = Enumerable.Range(0, 12).Select(seed => Ask("many", 1, seed)).ToArray();
        var few = Enumerable.Range(0, 6).Select(seed => Ask("few", 3, seed)).ToArray();
        mayGo.Set();
        await Task.WhenAll([first, .. many, .. few]);
        Assert.Equal(6, order.Take(8).Count(name => name == "few"));

        Task<Written> Ask(string name, double weight, int seed) => bench.WriteAsync(bench.Request(seed, new() { MinNewTokens = 2, MaxNewTokens = 2 }) with
        {
            Flow = name,
            Weight = weight,
            Rules = [new Told(written => order.AddRange(written == 0 ? [name] : []))],
        }, Cancellation);
    }

    [Fact]
    public async Task WhatIsWrittenComesToItsEndWhenTheEngineIsDisposed()
    {
        var bench = new EngineBench();
        using ManualResetEventSlim begun = new(), mayGo = new();
        var task = bench.WriteAsync(bench.Request(1, new() { MinNewTokens = 20, MaxNewTokens = 20 }) with
        {
            Rules = [new Told(() =>
            {
                begun.Set();
                mayGo.Wait(Cancellation);
            })],
        }, Cancellation);
        begun.Wait(Cancellation);
        var late = bench.WriteAsync(bench.Request(2), Cancellation);
        var closing = Task.Run(bench.Dispose, Cancellation);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => late);
        mayGo.Set();
        await closing;
        Assert.Equal(20, (await task).Best.Ids.Count);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => bench.WriteAsync(bench.Request(3), Cancellation));
    }

    // Lets requests come while the device is at work, so that they wait together.
    private static async Task<Written[]> WhileBusy(EngineBench bench, Func<Task<Written>[]> ask)
    {
        using ManualResetEventSlim asked = new();
        var busy = bench.Engine.Device.RunAsync(() =>
        {
            asked.Wait(Cancellation);
            return true;
        });
        var tasks = ask();
        asked.Set();
        await busy;
        return await Task.WhenAll(tasks);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static readonly Gen<Mixed> AnyRequest = Gen.Select(Gen.Int[0, 3], Gen.Int[2, 9], Gen.Int[0, 3], Gen.Int[0, 8], Gen.Int[1, 10], Gen.Int[0, 2],
        (seed, length, adapter, way, most, prefix) => new Mixed(seed, length, adapter, way, most, prefix));

    // None, low-rank deltas, bottlenecks, and low-rank deltas elsewhere; all of them far from changing nothing.
    private static Adapter?[] Adapters(Transformer transformer)
    {
        string[] paths = [.. transformer.Projections.Keys];
        Adapter[] all =
        [
            new(transformer, paths.Where(path => path[^1] is 'q' or 'v'), 4, 8, 1),
            new(transformer, BottleneckPlacement.Houlsby, 8, 2),
            new(transformer, paths.Where(path => path.Contains("feed_forward", StringComparison.Ordinal)), 2, 4, 3),
        ];
        using var quiet = no_grad();
        var generator = new Generator(5);
        foreach (var parameter in all.SelectMany(adapter => adapter.parameters()))
        {
            parameter.copy_(randn(parameter.shape, generator: generator) * 0.3f);
        }

        return [null, .. all];
    }

    private sealed record Mixed(int Seed, int Length, int Adapter, int Way, int Most, int Prefix)
    {
        public EngineRequest Make(EngineBench bench, Adapter?[] adapters)
        {
            GenerationOptions options = Way switch
            {
                0 => new(),
                1 => new() { NumBeams = 3, NumReturnSequences = 2 },
                2 => new() { DoSample = true, Seed = Seed, TopK = 20 },
                3 => new() { NumBeams = 2, NoRepeatNgramSize = 2, LengthPenalty = 0.7 },
                4 => new() { NumBeams = 4, NumBeamGroups = 2, DiversityPenalty = 0.6, NumReturnSequences = 4 },
                5 => new() { NumBeams = 3, ForceWordsIds = [[11]], ForceAnyWordsIds = Most > 1 ? [[[12, 13], [14]]] : null, NumReturnSequences = 2 },
                6 => new() { PromptLookupNumTokens = 3, MaxMatchingNgramSize = 1 },
                7 => new() { NumBeams = 3, Regex = ".{0,40}" },
                _ => new() { NumBeams = 3, CoveragePenalty = bench.Transformer.Config.Encoder is null ? null : 0.5, NumReturnSequences = 3 },
            };
            var request = bench.Request(Seed, options with { MaxNewTokens = Most }, Length);
            return request with { Adapter = adapters[Adapter], Encode = bench.EncodeWith(adapters[Adapter]), Embed = bench.EmbedWith(adapters[Adapter]), Prefix = [.. Enumerable.Range(5, Prefix)] };
        }
    }

    private sealed class Told(Action<int> tell) : LogitsRule
    {
        public Told(Action tell) : this(_ => tell())
        {
        }

        public override IReadOnlyCollection<int>? Allowed(IReadOnlyList<int> written, int prefixLength)
        {
            tell(written.Count);
            return null;
        }
    }
}
