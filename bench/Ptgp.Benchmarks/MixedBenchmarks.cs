using Ptgp.Backbone;
using Ptgp.Backbone.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Benchmarks;

/// <summary>Four tasks in one running batch on t5-small's shape — beams, two greedy ones and a sampled one, three of them with low-rank adapters of their own — against one task with as many rows.</summary>
internal static class MixedBenchmarks
{
    private const int Length = 64, Rows = 16, Beams = 4;

    public static IEnumerable<Measurement> Measure(int rounds)
    {
        using var transformer = DecodingBenchmarks.T5Small(CPU, float32);
        using var scope = NewDisposeScope();
        string[] paths = [.. transformer.Projections.Keys.Where(path => path.StartsWith("decoder", StringComparison.Ordinal) && path[^1] is 'q' or 'v')];
        Adapter[] adapters = [.. Enumerable.Range(1, 3).Select(seed => new Adapter(transformer, paths, rank: 8, alpha: 16, seed))];
        GenerationOptions greedy = new(), beams = new() { NumBeams = Beams, EarlyStopping = EarlyStopping.Never }, sampled = new() { DoSample = true, Seed = 1, TopK = 50 };
        Ask[] mixed = [new(beams, Rows / Beams, null), new(greedy, Rows, adapters[0]), new(greedy, Rows, adapters[1]), new(sampled, Rows, adapters[2])];
        var all = new (string Name, Ask[] Asks)[]
        {
            ("four tasks", mixed),
            ("one task, greedy", [new(greedy, 4 * Rows, null)]),
            ("one task, beam 4", [new(beams, 4 * Rows / Beams, null)]),
            ("one task, sampled, an adapter", [new(sampled, 4 * Rows, adapters[2])]),
        };
        var source = randint(2, transformer.Config.Vocabulary, [4 * Rows, Length], dtype: int64, generator: new Generator(3));
        var seconds = Timing.Interleave(rounds, [.. all.Select(each => (Action)(() => Write(transformer, source, each.Asks)))]);
        for (var i = 0; i < all.Length; i++)
        {
            yield return new($"64 rows in one batch: {all[i].Name}", 4 * Rows * Length / seconds[i], "tokens of rows/s");
        }

        // What the four would take by themselves, each with all the rows: a quarter of their sum.
        var apart = (seconds[1] + seconds[1] + seconds[2] + seconds[3]) / 4;
        yield return new("four tasks in one batch over one task", apart / seconds[0], "x", 0.9);
        Array.ForEach(adapters, adapter => adapter.Dispose());
    }

    private static void Write(Transformer transformer, Tensor source, Ask[] asks)
    {
        using var quiet = inference_mode();
        using var scope = NewDisposeScope();
        using var pool = transformer.MakePool();
        using DecodingLoop loop = new(transformer.BeginBatch(pool), transformer.Device);
        foreach (var (options, count, adapter) in asks)
        {
            var ids = source.narrow(0, 0, count);
            var resolved = ResolvedOptions.From(options.Or(new() { MaxNewTokens = Length, MinNewTokens = Length }), new(transformer.Config.OutputVocabulary, 0, 1));
            var encoded = transformer.Encode(transformer.Embed(new() { Source = ids, Mask = ones_like(ids, @bool) }), adapter);
            loop.Join([.. Enumerable.Range(0, count).Select(_ => DecodingLoop.Begin(new() { Options = resolved }))], encoded, adapter);
        }

        loop.Run();
    }

    private sealed record Ask(GenerationOptions Options, int Count, Adapter? Adapter);
}
