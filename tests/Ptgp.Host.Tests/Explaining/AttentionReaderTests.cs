using Ptgp.Host.Explaining;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Explaining;

public sealed class AttentionReaderTests : IDisposable
{
    private readonly TorchSharp.DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void PaddingIsLeftOutAndWhatAnAdapterPutsAheadIsNamed()
    {
        // Two rows of three places, the second row's last one padding; an adapter lets all look at one more place before them.
        var looks = rand(2, 2, 3, 4).softmax(-1);
        var axis = Axis.Of("a", "b");
        var group = Assert.Single(new AttentionReader(null, 1000).Read(new AttentionReader.Captured(AttentionKind.Encoder, [looks], axis, axis) { Row = 1, RealRows = [0, 1], RealColumns = [0, 1], Padded = 3 }));
        Assert.Equal(["a", "b"], group.Rows);
        Assert.Equal(["prompt 0", "a", "b"], group.Columns);
        var map = Assert.Single(group.Layers);
        Assert.Equal(looks[1, 1, 1, 2].item<float>(), map[1, 1, 2]);
        Assert.Equal((2, 2, 3), (map.Heads, map.Rows, map.Columns));
    }

    [Fact]
    public void NeighboursAreShownAsOneAndRowsStillAddUpToOne()
    {
        var looks = rand(1, 1, 2, 5).softmax(-1);
        var columns = new Axis(["0–1", "2–3", "4"], 5, 2);
        var rows = new Axis(["0–1"], 2, 2);
        var map = Assert.Single(new AttentionReader(null, 1000).Read(new AttentionReader.Captured(AttentionKind.Cross, [looks], rows, columns))[0].Layers);
        Assert.Equal((1, 3), (map.Rows, map.Columns));
        Assert.Equal((looks[0, 0, 0, 2] + looks[0, 0, 0, 3] + looks[0, 0, 1, 2] + looks[0, 0, 1, 3]).item<float>() / 2, map[0, 0, 1], 1e-6);
        Assert.Equal(1, map.Values.Sum(), 1e-6);
    }

    [Fact]
    public void WhatDoesNotFitIsLeftOutWithAWordUnlessItWasAskedForByName()
    {
        var axis = Axis.Of("a", "b");
        AttentionReader.Captured captured = new(AttentionKind.Encoder, [.. Enumerable.Range(0, 3).Select(_ => rand(1, 2, 2, 2))], axis, axis);       // 8 numbers a layer
        var roomy = new AttentionReader(null, 24);
        Assert.Equal([0, 1, 2], Layers(roomy));
        Assert.Empty(roomy.Remarks);
        Assert.Empty(Layers(roomy));
        Assert.Equal(["Attention that did not fit was left out. Explain fewer or shorter inputs at once."], roomy.Remarks);

        var tight = new AttentionReader(null, 20);
        Assert.Equal([2], Layers(tight));
        Assert.Equal(["Attention of the last layers alone is shown, since that of all would not fit. Name others with --layers."], tight.Remarks);

        Assert.Equal([0, 2], Layers(new(LayerChoice.Parse("0,2"), 16)));
        Assert.Equal(
            "There is room for 16 numbers of attention, but --layers 'all' asks for 24. Name fewer layers, or leave attention out with --method.",
            Assert.Throws<UsageException>(() => Layers(new(LayerChoice.All, 16))).Message);
        Assert.Equal("--layers must name layers that there are, from 0 to 2, but is '3-4'.", Assert.Throws<UsageException>(() => Layers(new(LayerChoice.Parse("3-4"), 16))).Message);

        IEnumerable<int> Layers(AttentionReader reader) => reader.Read(captured).SelectMany(group => group.Layers).Select(map => map.Layer);
    }
}
