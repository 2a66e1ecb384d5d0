using Ptgp.Backbone.Generation;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>A decoder that stands alone writes on from its prompt: rules see the prompt, nobody sees its padding.</summary>
public sealed class PromptTests : IDisposable
{
    private readonly EngineBench bench = new("gpt2");

    public void Dispose() => bench.Dispose();

    // The reference's rules see the padding of a batch, whose id is that of the end. Ours may not.
    [Theory]
    [InlineData(1, 1.3, 0), InlineData(1, 1, 1), InlineData(1, 1, 2), InlineData(3, 1.2, 0), InlineData(3, 1, 2), InlineData(1, 1, 0)]
    public async Task APromptIsAnsweredAsAloneInWhateverBatch(int beams, double penalty, int ngrams)
    {
        var options = new GenerationOptions { NumBeams = beams, RepetitionPenalty = penalty, NoRepeatNgramSize = ngrams, MaxNewTokens = 16 };
        var requests = Enumerable.Range(0, 5).Select(seed => bench.Request(seed, options, 2 + (3 * seed))).ToArray();
        List<Written> alone = [];
        foreach (var request in requests)
        {
            alone.Add(await bench.WriteAsync(request, Cancellation));
        }

        var before = bench.Batches;
        var together = await Together(requests);
        Assert.Equal(1, bench.Batches - before);
        Assert.Equal(alone.Select(written => written.Best.Ids), together.Select(written => written.Best.Ids));
        Assert.All(alone.Zip(together), pair => Assert.Equal(pair.First.Best.Score, pair.Second.Best.Score, 1e-3));
    }

    [Fact]
    public async Task APrefixIsWhatThePromptGoesOnWith()
    {
        var whole = bench.Request(1, length: 9);
        var cut = whole with { Source = Features.FromTokens(whole.Source!.Tokens.Take(4).Select(id => (int)id)), Prefix = [.. whole.Source.Tokens.Skip(4).Select(id => (int)id)] };
        Assert.Equal((await bench.WriteAsync(whole, Cancellation)).Best.Ids, (await bench.WriteAsync(cut, Cancellation)).Best.Ids);
    }

    [Fact]
    public async Task RulesSeeThePromptAndCallersRulesWhatFollowsIt()
    {
        var free = await bench.WriteAsync(bench.Request(1, length: 8), Cancellation);
        var prompt = bench.Request(1, length: 8).Source!.Tokens.Append(free.Best.Ids[0]).Select(id => (int)id);
        var seen = bench.Request(1, new() { NoRepeatNgramSize = 1 }) with { Source = Features.FromTokens([free.Best.Ids[0], .. prompt.SkipLast(1)]) };
        Assert.DoesNotContain(free.Best.Ids[0], (await bench.WriteAsync(seen, Cancellation)).Best.Ids);

        var rule = new WatchingRule();
        await bench.WriteAsync(bench.Request(1, new() { MaxNewTokens = 2 }) with { Prefix = [5, 6], Rules = [rule] }, Cancellation);
        Assert.Equal(([5, 6], 2), rule.First);
    }

    [Fact]
    public async Task LengthsCountThePrompt()
    {
        var written = await bench.WriteAsync(bench.Request(1, new() { MaxLength = 9, MaxNewTokens = null, MinLength = 9 }, length: 6) with { Options = Options(new() { MaxLength = 9, MinLength = 9 }) }, Cancellation);
        Assert.Equal(3, written.Best.Ids.Count);
        var fault = await Assert.ThrowsAsync<ArgumentException>(() => bench.WriteAsync(bench.Request(1, length: 96), Cancellation));
        Assert.Contains("an input of 96 tokens", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProbabilitiesAfterThePromptSumToOne()
    {
        var all = Enumerable.Range(0, bench.Transformer.Config.Vocabulary).ToArray();
        var written = await bench.WriteAsync(bench.Request(1) with { ProbabilitiesOf = all, ProbabilitiesAfter = 0 }, Cancellation);
        Assert.Equal(1, written.Probabilities.Sum(), 1e-3);
        Assert.Equal(written.Best.Ids[0], all.MaxBy(id => written.Probabilities[id]));
    }

    [Fact]
    public async Task WhatIsReadOnceIsWrittenToManyTimes()
    {
        var request = bench.Request(2);
        using var encoded = await bench.Engine.EncodeAsync(request.Source!, bench.Encode, Cancellation);
        var expected = await bench.WriteAsync(request, Cancellation);
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(expected.Best.Ids, (await bench.WriteAsync(request with { Source = null, Encoded = encoded }, Cancellation)).Best.Ids);
        }
    }

    [Fact]
    public async Task AttentionToAnInputThatNoEncoderReadIsRefused()
    {
        var fault = await Assert.ThrowsAsync<ArgumentException>(() => bench.WriteAsync(bench.Request(1) with { Attention = new() }, Cancellation));
        Assert.Contains("no encoder", fault.Message, StringComparison.Ordinal);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ResolvedOptions Options(GenerationOptions options) => ResolvedOptions.From(options, DecoderFacts.Of(bench.Transformer.Config));

    // Lets the device's thread wait until all requests do.
    private async Task<Written[]> Together(EngineRequest[] requests)
    {
        using var release = new ManualResetEventSlim();
        var blocked = bench.Engine.Device.RunAsync(() =>
        {
            release.Wait();
            return true;
        });
        var answers = requests.Select(request => bench.WriteAsync(request, Cancellation)).ToArray();
        release.Set();
        await blocked;
        return await Task.WhenAll(answers);
    }

    private sealed class WatchingRule : LogitsRule
    {
        public (int[] Written, int Prefix)? First { get; private set; }

        public override IReadOnlyCollection<int>? Allowed(IReadOnlyList<int> written, int prefixLength)
        {
            First ??= ([.. written], prefixLength);
            return null;
        }
    }
}
