using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model.Segments;

/// <summary>Small Transformer-XLs, every weight alive and all sizes different.</summary>
internal sealed class TinyXl : ParameterSource, IDisposable
{
    public const int Vocabulary = 37;

    private readonly Generator generator;

    private TinyXl(ulong seed) => generator = new(seed, CPU);

    public override Device Device => CPU;

    public override bool IsTrainable => true;

    /// <summary>Gets shapes that differ in all that a configuration can say.</summary>
    public static IReadOnlyDictionary<string, TransformerConfig> Shapes { get; } = new Dictionary<string, TransformerConfig>
    {
        ["published"] = Shape(memory: 5, window: 5, limit: 4),
        ["all before"] = Shape(memory: 4, window: 0, limit: 0),
        ["norm first"] = Shape(memory: 6, window: 6, limit: 0) with { NormPlacement = NormPlacement.Before },
        ["one table"] = Shape(memory: 3, window: 3, limit: 9, divisor: 1, embedding: 6),
        ["one table, one width"] = Shape(memory: 3, window: 2, limit: 9, divisor: 1, embedding: 10) with { TiesOutput = false },
        ["shared biases"] = Shape(memory: 7, window: 0, limit: 5, shared: true, divisor: 2),
        ["one cluster"] = Shape(memory: 4, window: 4, limit: 5, cutoffs: []),
        ["no memory"] = Shape(memory: 0, window: 0, limit: 0),
    };

    public static TheoryData<string> Names => [.. Shapes.Keys];

    public static Transformer Make(string shape) => Make(Shapes[shape]);

    public static Transformer Make(TransformerConfig shape)
    {
        set_num_threads(1);
        using var source = new TinyXl(seed: 1);
        var transformer = new Transformer(shape, source);
        transformer.eval();
        return transformer;
    }

    public static Tensor Ids(int rows, int length, int seed)
    {
        Random random = new(seed);
        return tensor(Enumerable.Range(0, rows * length).Select(_ => (long)random.Next(Vocabulary)).ToArray()).view(rows, length);
    }

    public static Batch Batch(Tensor ids, Tensor? mask = null) => new() { Source = ids, Mask = mask ?? ones(ids.shape, ScalarType.Bool) };

    public override Tensor Get(string name, long[] shape, Initialization initialization)
    {
        var isNorm = name.EndsWith("norm.weight", StringComparison.Ordinal);
        return empty(shape, float32, CPU).normal_(isNorm ? 1 : 0, name.EndsWith("weight", StringComparison.Ordinal) && !isNorm ? Math.Pow(shape[^1], -0.5) : 0.3, generator);
    }

    public void Dispose() => generator.Dispose();

    private static TransformerConfig Shape(int memory, int window, int limit, int divisor = 3, int embedding = 9, int[]? cutoffs = null, bool shared = false) => new()
    {
        Vocabulary = Vocabulary,
        Adaptive = new() { Cutoffs = cutoffs ?? [8, 20], EmbeddingWidth = embedding, Divisor = divisor, TiesProjections = cutoffs is null ? [false, true, true] : [false] },
        Width = 10,
        Decoder = new() { Layers = 3, Heads = 2, HeadWidth = 7, FeedForwardWidth = 13, Memory = memory, Window = window, DistanceLimit = limit, SharesDistanceBiases = shared },
        Positions = PositionKind.RelativeSinusoidal,
        NormPlacement = NormPlacement.After,
        SkipsPadding = true,
        Biases = Biases.FeedForward,
        EmbeddingScale = Math.Sqrt(10),
    };
}
