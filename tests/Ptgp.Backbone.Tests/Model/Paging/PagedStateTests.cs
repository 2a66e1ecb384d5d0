using CsCheck;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model.Paging;

public class PagedStateTests
{
    private const int Sources = 3;
    private const double Tolerance = 1e-4;

    /// <summary>What happens before a token is written.</summary>
    private enum Move
    {
        None,

        /// <summary>Every row takes over what some row of its source wrote.</summary>
        Reorder,

        /// <summary>A source ends and its rows leave.</summary>
        Leave,
    }

    [Theory, MemberData(nameof(ForwardParityTests.Fixtures), MemberType = typeof(ForwardParityTests))]
    public void CacheEqualsNoCache(string fixture)
    {
        using var loaded = new Loaded(fixture);
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 4], Gen.Enum<Move>().Array[3, 6], Gen.Int[0, 1000]).Sample(
            (beams, prefix, moves, seed) =>
            {
                using var scope = NewDisposeScope();
                using var quiet = inference_mode();
                Random random = new(seed);
                var encoded = loaded.Transformer.Encode(loaded.Transformer.Embed(loaded.Batch));
                using var state = loaded.Transformer.Begin(encoded, beams, 16);
                List<long> alive = [.. Enumerable.Range(0, Sources)];
                // Other tokens for every row, so that a mix-up shows.
                var written = cat([full([Sources * beams, 1], loaded.Transformer.Config.StartId, int64), Tokens(Sources * beams, prefix - 1)], 1); // [rows, length]
                var next = written;
                Compare();
                foreach (var move in moves)
                {
                    if (move == Move.Reorder)
                    {
                        var order = tensor(Enumerable.Range(0, alive.Count * beams).Select(row => (long)((row / beams * beams) + random.Next(beams))).ToArray());
                        state.Reorder(order);
                        written = written.index_select(0, order);
                    }
                    else if (move == Move.Leave && alive.Count > 1)
                    {
                        var gone = random.Next(alive.Count);
                        var stay = tensor(Enumerable.Range(0, alive.Count).Where(at => at != gone).Select(at => (long)at).ToArray());
                        state.Keep(stay);
                        written = written.view(alive.Count, beams, -1).index_select(0, stay).flatten(0, 1);
                        alive.RemoveAt(gone);
                    }

                    next = Tokens(alive.Count * beams, 1);
                    written = cat([written, next], 1);
                    Compare();
                }

                void Compare() => Assert.InRange(Loaded.Difference(state.Next(next), WithoutCache(loaded.Transformer, encoded, alive, beams, written)), 0, Tolerance);

                Tensor Tokens(int rows, int length) => tensor(Enumerable.Range(0, rows * length).Select(_ => (long)random.Next(3, 100)).ToArray()).view(rows, length);
            },
            iter: 12,
            threads: 1);
    }

    // The logits of the last token, [rows, vocabulary].
    private static Tensor WithoutCache(Transformer transformer, EncodedStates encoded, List<long> alive, int beams, Tensor written)
    {
        var rows = tensor(alive.SelectMany(source => Enumerable.Repeat(source, beams)).ToArray());
        var states = encoded.States.index_select(0, rows);
        EncodedStates repeated = new(encoded.Input, encoded.Mask.index_select(0, rows), false, () => states);
        return transformer.Project(transformer.DecodeInputs(repeated, written)).select(1, -1);
    }
}
