using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model.Segments;

/// <summary>Writing a token a step with the bounded memory scores what reading scores: the prompt as one segment, then each token as one.</summary>
public class MemoryDecodingTests
{
    private const double Tolerance = 1e-4;
    private const int Steps = 14;                                 // more than any memory

    public static TheoryData<string, int, int> Cases => new MatrixTheoryData<string, int, int>(TinyXl.Shapes.Keys, [1, 3], [0, 1, 4]);

    [Theory, MemberData(nameof(Cases))]
    public void CacheEqualsNoCache(string shape, int beams, int prefix)
    {
        using var scope = NewDisposeScope();
        using var transformer = TinyXl.Make(shape);
        using var quiet = inference_mode();
        var batch = Prompts();
        var written = TinyXl.Ids(3 * beams, Steps, seed: 12);
        var expected = WithoutCache(transformer, batch, written, beams);
        using var state = transformer.Begin(transformer.Encode(transformer.Embed(batch)), beams, 64);
        Assert.Equal(3 * beams, state.Rows);
        Assert.InRange(Difference.Of(state.Next(written.narrow(1, 0, prefix)), expected.select(1, prefix)), 0, Tolerance);
        for (var at = prefix; at < Steps; at++)
        {
            Assert.InRange(Difference.Of(state.Next(written.narrow(1, at, 1)), expected.select(1, at + 1)), 0, Tolerance);
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void ReorderedBeamsAndSourcesThatLeaveDisturbNobody(string shape, int beams, int prefix)
    {
        using var scope = NewDisposeScope();
        using var transformer = TinyXl.Make(shape);
        using var quiet = inference_mode();
        Random random = new(prefix);
        var batch = Prompts();
        using var state = transformer.Begin(transformer.Encode(transformer.Embed(batch)), beams, 64);
        var history = TinyXl.Ids(3 * beams, prefix, seed: 1);
        state.Next(history);
        for (var step = 0; step < Steps; step++)
        {
            var sources = (int)batch.Source.size(0);
            var order = tensor(Enumerable.Range(0, sources * beams).Select(row => (long)((row / beams * beams) + random.Next(beams))).ToArray());
            state.Reorder(order);
            history = history.index_select(0, order);
            if (step is 3 or 8)
            {
                var stay = tensor(step == 3 ? new long[] { 2, 0 } : [1]);
                state.Keep(stay);
                history = history.view(sources, beams, -1).index_select(0, stay).flatten(0, 1);
                batch = new() { Source = batch.Source.index_select(0, stay), Mask = batch.Mask.index_select(0, stay) };
            }

            var next = TinyXl.Ids((int)history.size(0), 1, seed: 100 + step);
            history = cat([history, next], 1);
            var scores = state.Next(next);
            if (step is 2 or 4 or 9 or Steps - 1)
            {
                Assert.InRange(Difference.Of(scores, WithoutCache(transformer, batch, history, beams).select(1, -1)), 0, Tolerance);
            }
        }
    }

    // What reads a text as one segment says the same where the memory holds all that a layer sees.
    [Theory, InlineData("published"), InlineData("norm first"), InlineData("one table"), InlineData("one table, one width"), InlineData("one cluster")]
    public void WhatIsWrittenIsWhatTeachingForcedOnIt(string shape)
    {
        using var scope = NewDisposeScope();
        using var transformer = TinyXl.Make(shape);
        using var quiet = inference_mode();
        var (batch, written) = (Prompts(), TinyXl.Ids(3, Steps, seed: 12));
        var encoded = transformer.Encode(transformer.Embed(batch));
        var expected = transformer.Project(transformer.Decode(encoded, written));
        using var state = transformer.Begin(encoded, 1, 64);
        for (var at = 0; at < Steps; at++)
        {
            Assert.InRange(Difference.Of(at == 0 ? state.Next(written.narrow(1, 0, 0)) : state.Next(written.narrow(1, at - 1, 1)), expected.select(1, at)), 0, Tolerance);
        }
    }

    // Three prompts of 9, 2 and 6 tokens, padded behind, before and around.
    private static Batch Prompts()
    {
        var mask = zeros([3, 9], ScalarType.Bool);
        mask[0].fill_(true);
        mask[1].narrow(0, 7, 2).fill_(true);
        mask[2].narrow(0, 2, 6).fill_(true);
        return TinyXl.Batch(TinyXl.Ids(3, 9, seed: 11), mask);
    }

    // The logits after the prompt and after each token, [rows, 1 + length, vocabulary].
    private static Tensor WithoutCache(Transformer transformer, Batch prompts, Tensor written, int beams) => stack(Enumerable.Range(0, (int)written.size(0)).Select(row =>
    {
        var source = row / beams;
        var prompt = prompts.Source[source].index_select(0, prompts.Mask[source].nonzero().squeeze(1));
        var text = cat([prompt, written[row]], 0).unsqueeze(0);
        int[] lengths = [(int)prompt.size(0), .. Enumerable.Repeat(1, (int)written.size(1))];
        return transformer.Project(SegmentReadingTests.ReadSegments(transformer, transformer.Embed(TinyXl.Batch(text)), lengths))[0].narrow(0, prompt.size(0) - 1, lengths.Length);
    }));
}
