using Ptgp.Backbone.Generation;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>Hypotheses that leave parts of the input out come behind.</summary>
public class CoverageTests
{
    [Fact]
    public void WhatIsLeftOutCounts()
    {
        Assert.Equal(0, Coverage.Of(new float[,] { { 0.5f, 0.5f }, { 0.6f, 0.7f } }), 1e-6);
        Assert.Equal(Math.Log(0.25) + Math.Log(0.5), Coverage.Of(new float[,] { { 0.25f, 0.25f, 0.5f }, { 0f, 0.25f, 0.75f } }), 1e-6);
    }

    [Fact]
    public async Task HypothesesAreRankedByWhatTheyCoverToo()
    {
        using EngineBench bench = new();
        GenerationOptions options = new() { NumBeams = 4, NumReturnSequences = 4, MaxNewTokens = 8, EarlyStopping = EarlyStopping.True };
        var plain = await bench.WriteAsync(bench.Request(3, options) with { Attention = new() }, TestContext.Current.CancellationToken);
        foreach (var penalty in (double[])[0.2, 3])
        {
            var streamed = "";
            var request = bench.Request(3, options with { CoveragePenalty = penalty }) with { OnPiece = piece => streamed += piece.Text };
            var ranked = await bench.WriteAsync(request, TestContext.Current.CancellationToken);
            var expected = plain.Hypotheses.Select(one => (one.Ids, Score: one.Score + (penalty * Coverage.Of(one.Attention[0])))).OrderByDescending(one => one.Score).ToArray();
            Assert.Equal(expected.Select(one => one.Ids), ranked.Hypotheses.Select(one => one.Ids));
            Assert.All(expected, (one, at) => Assert.Equal(one.Score, ranked.Hypotheses[at].Score, 1e-4));
            Assert.Equal(ranked.Best.Text, streamed);
        }
    }

    [Fact]
    public void WhereThereIsNoInputToLookAtItIsRefused() => Assert.Contains(
        "coveragePenalty needs attention",
        Assert.Throws<ArgumentException>(() => ResolvedOptions.From(new() { NumBeams = 2, CoveragePenalty = 1 }, new(10, 0, 1, WritesOn: true))).Message,
        StringComparison.Ordinal);
}
