using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Adapters;

/// <summary>Writing a token a step with an adapter scores what one pass over the whole scores, beams and batches included.</summary>
public class AdaptedDecodingTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string, int> Cases => new MatrixTheoryData<string, int>([.. LoadedAdapter.Writing.Except(["t5-prefix"]), "t5-bottlenecks", "t5-ownprefix", "llama-ownprefix", "gpt2-ownprefix"], [1, 3]);

    [Theory, MemberData(nameof(Cases))]
    public void CacheEqualsNoCache(string kind, int beams)
    {
        var fixture = Array.Find(LoadedAdapter.Writing, known => known == kind) ?? Array.Find(LoadedAdapter.Writing, known => known.Split('-')[0] == kind.Split('-')[0])!;
        using var loaded = new LoadedAdapter(fixture);
        using var other = Other(kind, loaded.Transformer);
        var (transformer, adapter) = (loaded.Transformer, other ?? loaded.Adapter);
        using var quiet = inference_mode();
        var isCausal = loaded.Folder.Config.Encoder is null;
        var inputs = randint(3, 70, [3 * beams, 7], dtype: int64, generator: new Generator(7));
        var batch = loaded.Batch;
        var repeated = Read(new() { Source = batch.Source.repeat_interleave(beams, 0), Mask = batch.Mask.repeat_interleave(beams, 0) });
        // What may follow what was read, and then each input.
        var states = isCausal ? transformer.Decode(repeated, nn.functional.pad(inputs, [0, 1]), adapter).narrow(1, 1, 7) : transformer.DecodeInputs(repeated, inputs, adapter);
        var expected = transformer.Project(states, adapter);
        var order = tensor(Enumerable.Range(0, 3 * beams).Select(row => (long)((row / beams * beams) + ((row + 1) % beams))).ToArray());

        using var state = transformer.Begin(Read(batch), beams, 16, adapter);
        Check(inputs.narrow(1, 0, 2), expected.select(1, 1));
        Check(inputs.narrow(1, 2, 1), expected.select(1, 2));
        // Each beam takes over what the next one of its source wrote, and a source leaves.
        state.Reorder(order);
        (inputs, expected) = (inputs.index_select(0, order), expected.index_select(0, order));
        Check(inputs.narrow(1, 3, 1), expected.select(1, 3));
        var kept = tensor(new long[] { 0, 2 });
        state.Keep(kept);
        (inputs, expected) = (inputs.view(3, beams, -1).index_select(0, kept).flatten(0, 1), expected.view(3, beams, 7, -1).index_select(0, kept).flatten(0, 1));
        Check(inputs.narrow(1, 4, 1), expected.select(1, 4));

        EncodedStates Read(Batch read) => transformer.Encode(transformer.Embed(read, adapter), adapter);

        void Check(Tensor tokens, Tensor scores) => Assert.InRange(Model.Loaded.Difference(state.Next(tokens), scores), 0, Tolerance);
    }

    // Kinds that no fixture has on this base, all alive.
    private static Adapter? Other(string kind, Transformer transformer)
    {
        var stack = transformer.Config.Decoder!;
        var width = 2 * stack.Layers * (stack.KeyValueHeads ?? stack.Heads) * stack.HeadWidth;
        return kind.Split('-')[1] switch
        {
            "bottlenecks" => BottleneckTests.Alive(transformer, BottleneckPlacement.Houlsby),
            "ownprefix" => new(new AdapterParts { Prefix = new(randn([3, width], generator: new Generator(5)), isDecoders: true, stack) }),
            _ => null,
        };
    }
}
