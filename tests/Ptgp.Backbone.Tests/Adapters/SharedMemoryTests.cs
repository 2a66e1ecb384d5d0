using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Adapters;

public class SharedMemoryTests
{
    // The sizes of t5-small, on which deltas weigh more than on anything larger.
    private static readonly StackConfig stack = new() { Layers = 6, Heads = 8, HeadWidth = 64, FeedForwardWidth = 2048 };

    [Fact]
    public void EightTasksOnABackboneTakeLittleMoreThanOne()
    {
        using var scope = NewDisposeScope();
        using var backbone = new Transformer(
            new()
            {
                Vocabulary = 32128,
                Width = 512,
                Encoder = stack,
                Decoder = stack,
                Norm = NormKind.RootMeanSquare,
                HasFinalNorm = true,
                Positions = PositionKind.RelativeBuckets,
                RelativeBuckets = 32,
                RelativeMaxDistance = 128,
                Biases = Biases.None,
            },
            new FreshParameters(device: META));
        var paths = AdapterTargets.Find(backbone.NamedParameters.Keys, ["q", "v"]);
        var tasks = Enumerable.Range(0, 8).Select(seed => new Adapter(backbone, paths, rank: 8, alpha: 16, seed)).ToArray();
        var (one, eight) = (Bytes([backbone, tasks[0]]), Bytes([backbone, .. tasks]));
        TestContext.Current.TestOutputHelper?.WriteLine($"one task {one / 1e6:F1} MB, eight {eight / 1e6:F1} MB: {eight / (double)one:F3}");
        Assert.InRange(eight, one + 1, (long)(1.05 * one));

        static long Bytes(IEnumerable<nn.Module> modules) => modules.SelectMany(module => module.parameters()).Sum(parameter => parameter.NumberOfElements * parameter.ElementSize);
    }
}
