using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model;

public class CachedDecodingTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string, int, int> Cases => new MatrixTheoryData<string, int, int>(ForwardParityTests.Fixtures.Select(f => f.Data).ToArray(), [1, 3], [1, 4]);

    [Theory, MemberData(nameof(Cases))]
    public void CacheEqualsNoCache(string fixture, int beams, int prefix)
    {
        using var loaded = new Loaded(fixture);
        using var quiet = inference_mode();
        var (inputs, rows, encoded) = Inputs(loaded, beams);
        var expected = Expected(loaded, encoded, inputs, beams);          // [rows, length, vocabulary]
        using var state = loaded.Transformer.Begin(encoded, beams, 16);
        Assert.Equal(rows, state.Rows);
        Assert.InRange(Loaded.Difference(state.Next(inputs.narrow(1, 0, prefix)), expected.select(1, prefix - 1)), 0, Tolerance);
        for (var at = prefix; at < inputs.size(1); at++)
        {
            Assert.InRange(Loaded.Difference(state.Next(inputs.narrow(1, at, 1)), expected.select(1, at)), 0, Tolerance);
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void ReorderedBeamsGoOnFromWhatTheyTookOver(string fixture, int beams, int prefix)
    {
        using var loaded = new Loaded(fixture);
        using var quiet = inference_mode();
        var (inputs, rows, encoded) = Inputs(loaded, beams);
        // Every row takes over what the next beam of its source wrote, twice, with steps between.
        var order = tensor(Enumerable.Range(0, rows).Select(row => (long)((row / beams * beams) + ((row + 1) % beams))).ToArray());
        using var state = loaded.Transformer.Begin(encoded, beams, 16);
        state.Next(inputs.narrow(1, 0, prefix));
        state.Reorder(order);
        var history = inputs.narrow(1, 0, prefix).index_select(0, order);
        state.Next(inputs.narrow(1, prefix, 1));
        history = cat([history, inputs.narrow(1, prefix, 1)], 1);
        state.Reorder(order);
        history = history.index_select(0, order);
        var actual = state.Next(inputs.narrow(1, prefix + 1, 1));
        history = cat([history, inputs.narrow(1, prefix + 1, 1)], 1);
        Assert.InRange(Loaded.Difference(actual, Expected(loaded, encoded, history, beams).select(1, -1)), 0, Tolerance);
    }

    [Theory, MemberData(nameof(Cases))]
    public void SourcesThatLeaveDoNotDisturbThoseThatStay(string fixture, int beams, int prefix)
    {
        using var loaded = new Loaded(fixture);
        using var quiet = inference_mode();
        var (inputs, _, encoded) = Inputs(loaded, beams);
        var expected = Expected(loaded, encoded, inputs, beams).view(3, beams, inputs.size(1), -1);
        using var state = loaded.Transformer.Begin(encoded, beams, 16);
        state.Next(inputs.narrow(1, 0, prefix));
        state.Keep(tensor(new long[] { 0, 2 }));
        var kept = inputs.view(3, beams, -1).index_select(0, tensor(new long[] { 0, 2 })).flatten(0, 1);
        var actual = state.Next(kept.narrow(1, prefix, 1));
        Assert.InRange(Loaded.Difference(actual, expected.index_select(0, tensor(new long[] { 0, 2 })).flatten(0, 1).select(1, prefix)), 0, Tolerance);
    }

    // Other tokens for every beam, so that a mix-up of beams shows.
    private static (Tensor Inputs, int Rows, EncodedStates Encoded) Inputs(Loaded loaded, int beams)
    {
        var rows = 3 * beams;
        var inputs = randint(3, 100, [rows, 9], dtype: int64, generator: new Generator(7));
        inputs[TensorIndex.Colon, 0] = loaded.Transformer.Config.StartId;
        return (inputs, rows, loaded.Transformer.Encode(loaded.Transformer.Embed(loaded.Batch)));
    }

    private static Tensor Expected(Loaded loaded, EncodedStates encoded, Tensor inputs, int beams)
    {
        var states = encoded.States.repeat_interleave(beams, 0);
        var repeated = new EncodedStates(encoded.Input, encoded.Mask.repeat_interleave(beams, 0), false, () => states);
        return loaded.Transformer.Project(loaded.Transformer.DecodeInputs(repeated, inputs));
    }
}
