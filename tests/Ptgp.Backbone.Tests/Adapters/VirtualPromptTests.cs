using Ptgp.Backbone.Generation;
using Ptgp.Backbone.Tests.Generation;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Adapters;

/// <summary>The decoder sees what a prompt made of itself; heads and callers see the input alone.</summary>
public sealed class VirtualPromptTests : IDisposable
{
    private readonly EngineBench bench = new();
    private readonly Adapter adapter;

    public VirtualPromptTests()
    {
        using var generator = new Generator(9);
        adapter = new(new AdapterParts { Prompt = new(randn([4, bench.Transformer.Config.Width], generator: generator), 4) });
    }

    public void Dispose()
    {
        adapter.Dispose();
        bench.Dispose();
    }

    [Fact]
    public void StatesAreThoseOfTheInput()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var encoded = Encode([EngineBench.Source(1), EngineBench.Source(2, 4)]);
        Assert.Equal([2, 6, bench.Transformer.Config.Width], encoded.States.shape);
        Assert.Equal([2, 6], encoded.Mask.shape);
        var alone = Encode([EngineBench.Source(2, 4)]);
        Assert.InRange(Model.Loaded.Difference(encoded.States[1].narrow(0, 0, 4), alone.States[0]), 0, 1e-4);
    }

    [Fact]
    public async Task WhatIsReadOnceIsWrittenToAsIfReadAnew()
    {
        var plain = bench.Request(2);
        var request = plain with { Encode = Encode, Adapter = adapter };
        var expected = await bench.WriteAsync(request, TestContext.Current.CancellationToken);
        Assert.NotEqual((await bench.WriteAsync(plain, TestContext.Current.CancellationToken)).Best.Ids, expected.Best.Ids);
        using var encoded = await bench.Engine.EncodeAsync(request.Source!, Encode, TestContext.Current.CancellationToken);
        Assert.Equal(expected.Best.Ids, (await bench.WriteAsync(request with { Source = null, Encoded = encoded }, TestContext.Current.CancellationToken)).Best.Ids);
    }

    [Fact]
    public async Task AttentionIsToTheInputAlone()
    {
        var written = await bench.WriteAsync(bench.Request(2) with { Encode = Encode, Adapter = adapter, Attention = new() }, TestContext.Current.CancellationToken);
        var map = Assert.Single(written.Best.Attention);
        Assert.Equal(6, map.GetLength(1));
        // The prompt has the rest of the weight.
        Assert.All(Enumerable.Range(0, map.GetLength(0)), row => Assert.InRange(Enumerable.Range(0, 6).Sum(column => map[row, column]), 0.01, 0.99));
    }

    private EncodedStates Encode(IReadOnlyList<Features> parts)
    {
        var whole = bench.Encode(parts);
        return bench.Transformer.Encode(new(whole.Input.States, whole.Mask), adapter);
    }
}
