using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model.Segments;

/// <summary>What segments say with memory is what the paper's equations say, and what one long pass says that sees the same.</summary>
public class SegmentReadingTests
{
    private const double Tolerance = 1e-5;

    public static TheoryData<string, string> Cuts => new MatrixTheoryData<string, string>(TinyXl.Shapes.Keys, ["1,1,1,1,1,1,1,1,1,1,1,1", "5,7", "2,9,1", "3,3,3,3", "12"]);

    [Theory, MemberData(nameof(TinyXl.Names), MemberType = typeof(TinyXl))]
    public void StatesAttentionAndLogProbabilitiesAreThoseOfThePaper(string shape)
    {
        using var scope = NewDisposeScope();
        using var transformer = TinyXl.Make(shape);
        var naive = new NaiveXl(transformer);
        var ids = TinyXl.Ids(2, 9, seed: 3);
        var capture = new StateCapture();
        var states = transformer.Encode(transformer.Embed(TinyXl.Batch(ids)), capture: capture).States;
        var probabilities = transformer.Project(states);
        Assert.Equal(transformer.Config.Decoder!.Layers + 1, capture.DecoderStates.Count);
        for (var row = 0; row < 2; row++)
        {
            var (expected, attention) = naive.Read(ids[row].data<long>().ToArray(), naive.Nothing, naive.Sees);
            for (var layer = 0; layer < expected.Count; layer++)
            {
                Assert.InRange(Difference.Of(capture.DecoderStates[layer][row], expected[layer]), 0, Tolerance);
            }

            for (var layer = 0; layer < attention.Count; layer++)
            {
                for (var head = 0; head < attention[layer].Length; head++)
                {
                    Assert.InRange(Difference.Of(capture.DecoderAttentions[layer][row][head], attention[layer][head]), 0, Tolerance);
                }
            }

            Assert.InRange(Difference.Of(states[row], expected[^1]), 0, Tolerance);
            Assert.InRange(Difference.Of(probabilities[row], [.. expected[^1].Select(naive.LogProbabilities)]), 0, 1e-4);
        }

        Assert.InRange(probabilities.exp().sum(-1).sub(1).abs().max().item<float>(), 0, Tolerance);
    }

    // The naive one reads the whole in one pass under the mask that the cuts make; where layers have a window the cuts make none.
    [Theory, MemberData(nameof(Cuts))]
    public void SegmentsWithMemoryAreOneLongPassUnderTheSameMask(string shape, string cuts)
    {
        using var scope = NewDisposeScope();
        using var transformer = TinyXl.Make(shape);
        var (naive, stack) = (new NaiveXl(transformer), transformer.Config.Decoder!);
        var ids = TinyXl.Ids(2, 12, seed: 5);
        int[] lengths = [.. cuts.Split(',').Select(int.Parse)];
        int[] starts = [.. lengths.SelectMany((length, i) => Enumerable.Repeat(lengths.Take(i).Sum(), length))];
        var states = ReadSegments(transformer, transformer.Embed(TinyXl.Batch(ids)), lengths);
        for (var row = 0; row < 2; row++)
        {
            var expected = naive.Read(ids[row].data<long>().ToArray(), naive.Nothing, (query, key) => naive.Sees(query, key) && key >= starts[query]).States[^1];
            Assert.InRange(Difference.Of(states[row], expected), 0, Tolerance);
        }

        if (stack.Window > 0)
        {
            Assert.InRange(Difference.Of(states, transformer.Encode(transformer.Embed(TinyXl.Batch(ids))).States), 0, Tolerance);
        }
    }

    [Theory, MemberData(nameof(TinyXl.Names), MemberType = typeof(TinyXl))]
    public void GradientsReachEveryWeightAndStopAtTheMemory(string shape)
    {
        using var scope = NewDisposeScope();
        using var transformer = TinyXl.Make(shape);
        // Both segments have ids of every cluster, and the first has some that the second lacks.
        var (first, second) = (tensor(new long[] { 1, 9, 21, 36, 11 }).unsqueeze(0), tensor(new long[] { 3, 9, 30, 7, 15, 22 }).unsqueeze(0));
        var (_, memory) = transformer.ReadSegment(transformer.Embed(TinyXl.Batch(first)));
        Assert.All(memory.States, states => Assert.False(states.requires_grad));
        var (states, next) = transformer.ReadSegment(transformer.Embed(TinyXl.Batch(second)), memory);
        // Of one id a cluster: the sum over all would be near constant.
        transformer.Project(states).index_select(-1, tensor(new long[] { 2, 12, 33 })).sum().backward();
        Assert.All(transformer.NamedParameters, parameter => Assert.True(parameter.Value.grad is { } gradient && gradient.abs().sum().item<float>() > 0, parameter.Key));

        // What only the first segment read got no gradient by way of the memory: the states' own sum says so, without the tied output.
        transformer.zero_grad();
        var (own, last) = transformer.ReadSegment(transformer.Embed(TinyXl.Batch(second)), memory);
        var weighed = own * TinyXl.Ids(1, 60, seed: 8).view(1, 6, 10).to(float32);
        weighed.sum().backward();
        var touched = Touched(transformer);
        Assert.Equal(second.data<long>().Order(), touched);
        foreach (var each in new[] { memory, next, last })
        {
            each.Dispose();
        }
    }

    // Rows of a batch may be padded anywhere, and with anything.
    [Theory, MemberData(nameof(TinyXl.Names), MemberType = typeof(TinyXl))]
    public void ARowSeesNeitherPaddingNorOtherRows(string shape)
    {
        using var scope = NewDisposeScope();
        using var transformer = TinyXl.Make(shape);
        Random random = new(4);
        var (ids, mask) = (TinyXl.Ids(4, 10, seed: 6), tensor(Enumerable.Range(0, 40).Select(_ => random.Next(3) > 0).ToArray()).view(4, 10));
        mask[3] = zeros([10], ScalarType.Bool);                   // one row has nothing to say in this segment
        var (first, memory) = transformer.ReadSegment(transformer.Embed(TinyXl.Batch(ids, mask)));
        var (second, after) = transformer.ReadSegment(transformer.Embed(TinyXl.Batch(ids, mask.flip(1))), memory);
        var capture = new StateCapture();
        _ = transformer.Encode(transformer.Embed(TinyXl.Batch(ids, mask)), capture: capture).States;
        for (var row = 0; row < 3; row++)
        {
            var (at, then) = (mask[row].nonzero().squeeze(1), mask[row].flip(0).nonzero().squeeze(1));
            var alone = new StateCapture();
            var (expected, remembered) = transformer.ReadSegment(transformer.Embed(TinyXl.Batch(ids[row].index_select(0, at).unsqueeze(0))), capture: alone);
            var (more, rest) = transformer.ReadSegment(transformer.Embed(TinyXl.Batch(ids[row].index_select(0, then).unsqueeze(0))), remembered);
            Assert.InRange(Difference.Of(first[row].index_select(0, at), expected[0]), 0, Tolerance);
            Assert.InRange(Difference.Of(second[row].index_select(0, then), more[0]), 0, Tolerance);
            var keys = cat([arange(transformer.Config.Decoder!.Memory), at + transformer.Config.Decoder.Memory]);
            for (var layer = 0; layer < transformer.Config.Decoder.Layers; layer++)
            {
                Assert.InRange(Difference.Of(memory.States[layer][row], remembered.States[layer][0]), 0, Tolerance);
                Assert.InRange(Difference.Of(after.States[layer][row], rest.States[layer][0]), 0, Tolerance);
                Assert.InRange(Difference.Of(capture.DecoderStates[layer][row].index_select(0, at), alone.DecoderStates[layer][0]), 0, Tolerance);
                Assert.InRange(Difference.Of(capture.DecoderAttentions[layer][row].index_select(1, at).index_select(2, keys), alone.DecoderAttentions[layer][0]), 0, Tolerance);
            }

            remembered.Dispose();
            rest.Dispose();
        }

        Assert.All(memory.States, states => Assert.Equal(0, states[3].abs().sum().item<float>()));
        memory.Dispose();
        after.Dispose();
    }

    // Without gradients a text of more than 512 places is read in parts.
    [Theory, InlineData("published"), InlineData("all before"), InlineData("norm first")]
    public void ALongTextSaysWithoutGradientsWhatItSaysWithThem(string shape)
    {
        using var scope = NewDisposeScope();
        using var transformer = TinyXl.Make(shape);
        var (ids, mask) = (TinyXl.Ids(2, 1100, seed: 9), ones([2, 1100], ScalarType.Bool));
        mask[1].narrow(0, 0, 600).fill_(false);
        var whole = transformer.Encode(transformer.Embed(TinyXl.Batch(ids, mask))).States;
        using var quiet = inference_mode();
        var parts = transformer.Encode(transformer.Embed(TinyXl.Batch(ids, mask))).States;
        Assert.InRange(Difference.Of(parts[0], whole[0].detach()), 0, Tolerance);
        Assert.InRange(Difference.Of(parts[1].narrow(0, 600, 500), whole[1].detach().narrow(0, 600, 500)), 0, Tolerance);
    }

    [Fact]
    public void TheRelativeShiftBringsEachDistanceToItsKey()
    {
        using var scope = NewDisposeScope();
        foreach (var (queries, memory) in new[] { (1, 0), (1, 4), (4, 0), (5, 3), (3, 7) })
        {
            var keys = queries + memory;
            var scores = arange(2 * 3 * queries * keys, float32).view(2, 3, queries, keys);
            var arranged = new DistanceView(zeros(keys, 1)).Arrange(scores);
            Assert.Equal([2, 3, queries, keys], arranged.shape);
            for (var i = 0; i < queries; i++)
            {
                for (var j = 0; j <= memory + i; j++)
                {
                    // Column k holds the distance keys − 1 − k.
                    var distance = memory + i - j;
                    Assert.True(arranged.select(2, i).select(2, j).Equals(scores.select(2, i).select(2, keys - 1 - distance)), $"{queries}, {memory}: {i}, {j}");
                }
            }
        }
    }

    [Fact]
    public void ABackboneWithoutMemorySaysSo()
    {
        using var scope = NewDisposeScope();
        using var transformer = new Transformer(TinyXl.Shapes["published"] with { Positions = PositionKind.Learned, MaxPositions = 32 }, new FreshParameters());
        var fault = Assert.Throws<InvalidOperationException>(() => transformer.ReadSegment(transformer.Embed(TinyXl.Batch(TinyXl.Ids(1, 3, seed: 1)))));
        Assert.Contains("Read the text as a whole", fault.Message, StringComparison.Ordinal);
    }

    internal static Tensor ReadSegments(Transformer transformer, Embedded text, int[] lengths)
    {
        SegmentMemory? memory = null;
        List<Tensor> states = [];
        long start = 0;
        foreach (var length in lengths)
        {
            var (read, next) = transformer.ReadSegment(new(text.States.narrow(1, start, length), text.Mask.narrow(1, start, length)), memory);
            states.Add(read);
            memory?.Dispose();
            (memory, start) = (next, start + length);
        }

        memory?.Dispose();
        return cat(states, 1);
    }

    // The ids whose own vectors got a gradient, in order.
    private static IEnumerable<long> Touched(Transformer transformer)
    {
        var (first, tables) = (0L, transformer.NamedParameters.Where(p => p.Key.StartsWith("embeddings.clusters", StringComparison.Ordinal)).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Value).ToArray());
        foreach (var table in tables)
        {
            var rows = table.grad!.abs().sum(1).gt(0).nonzero().squeeze(1);
            foreach (var row in rows.data<long>().ToArray())
            {
                yield return first + row;
            }

            first += table.size(0);
        }
    }
}
