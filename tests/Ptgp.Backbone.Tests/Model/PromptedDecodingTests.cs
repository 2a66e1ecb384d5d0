using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model;

/// <summary>Writing on from a prompt, a token a step, scores what one pass over the whole scores.</summary>
public class PromptedDecodingTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string, int, int> Cases => new MatrixTheoryData<string, int, int>(DecoderParityTests.Fixtures.Select(f => f.Data).ToArray(), [1, 3], [0, 1, 4]);

    [Theory, MemberData(nameof(Cases))]
    public void CacheEqualsNoCache(string fixture, int beams, int prefix)
    {
        using var loaded = new Loaded(fixture);
        using var quiet = inference_mode();
        var inputs = Inputs(beams);
        var encoded = Read(loaded, loaded.Batch);
        var expected = Expected(loaded, loaded.Batch, inputs, beams);     // [rows, 1 + length, vocabulary]
        using var state = loaded.Transformer.Begin(encoded, beams, 32);
        Assert.Equal(3 * beams, state.Rows);
        Assert.InRange(Loaded.Difference(state.Next(inputs.narrow(1, 0, prefix)), expected.select(1, prefix)), 0, Tolerance);
        for (var at = prefix; at < inputs.size(1); at++)
        {
            Assert.InRange(Loaded.Difference(state.Next(inputs.narrow(1, at, 1)), expected.select(1, at + 1)), 0, Tolerance);
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void ReorderedBeamsAndSourcesThatLeaveDisturbNobody(string fixture, int beams, int prefix)
    {
        using var loaded = new Loaded(fixture);
        using var quiet = inference_mode();
        var inputs = Inputs(beams);
        var order = tensor(Enumerable.Range(0, 3 * beams).Select(row => (long)((row / beams * beams) + ((row + 1) % beams))).ToArray());
        using var state = loaded.Transformer.Begin(Read(loaded, loaded.Batch), beams, 32);
        state.Next(inputs.narrow(1, 0, prefix));
        var history = inputs.narrow(1, 0, prefix);
        if (prefix > 0)
        {
            state.Reorder(order);
            history = history.index_select(0, order);
        }

        Feed(inputs.narrow(1, prefix, 1));
        state.Reorder(order);
        history = history.index_select(0, order);
        Feed(inputs.narrow(1, prefix + 1, 1));
        var stays = tensor(new long[] { 0, 2 });
        state.Keep(stays);
        history = Kept(history);
        var last = Kept(inputs.narrow(1, prefix + 2, 1));
        var actual = state.Next(last);
        history = cat([history, last], 1);
        var batch = new Batch { Source = loaded.Batch.Source.index_select(0, stays), Mask = loaded.Batch.Mask.index_select(0, stays) };
        Assert.InRange(Loaded.Difference(actual, Expected(loaded, batch, history, beams).select(1, -1)), 0, Tolerance);

        void Feed(Tensor tokens)
        {
            state.Next(tokens);
            history = cat([history, tokens], 1);
        }

        Tensor Kept(Tensor rows) => rows.view(3, beams, -1).index_select(0, stays).flatten(0, 1);
    }

    [Theory, MemberData(nameof(Cases))]
    public void PaddingOnEitherSideChangesNothing(string fixture, int beams, int prefix)
    {
        using var loaded = new Loaded(fixture);
        using var quiet = inference_mode();
        var inputs = Inputs(beams);
        var batch = loaded.Batch;
        Batch[] paddings =
        [
            new() { Source = nn.functional.pad(batch.Source, [2, 0]), Mask = nn.functional.pad(batch.Mask, [2, 0]) },
            new() { Source = nn.functional.pad(batch.Source, [0, 3]), Mask = nn.functional.pad(batch.Mask, [0, 3]) },
        ];
        var scores = paddings.Select(padded =>
        {
            using var state = loaded.Transformer.Begin(Read(loaded, padded), beams, 32);
            state.Next(inputs.narrow(1, 0, prefix));
            return state.Next(inputs.narrow(1, prefix, 1));
        }).ToArray();
        var expected = Expected(loaded, batch, inputs.narrow(1, 0, prefix + 1), beams).select(1, -1);
        Assert.All(scores, score => Assert.InRange(Loaded.Difference(score, expected), 0, Tolerance));
    }

    // Other tokens for every beam, so that a mix-up of beams shows.
    private static Tensor Inputs(int beams) => randint(3, 100, [3 * beams, 8], dtype: int64, generator: new Generator(7));

    private static EncodedStates Read(Loaded loaded, Batch batch) => loaded.Transformer.Encode(loaded.Transformer.Embed(batch));

    // What may follow the prompt, and then each input: [rows, 1 + length, vocabulary].
    private static Tensor Expected(Loaded loaded, Batch batch, Tensor inputs, int beams)
    {
        var repeated = new Batch { Source = batch.Source.repeat_interleave(beams, 0), Mask = batch.Mask.repeat_interleave(beams, 0) };
        var targets = nn.functional.pad(inputs, [0, 1]);
        return loaded.Transformer.Project(loaded.Transformer.Decode(Read(loaded, repeated), targets));
    }
}
