using System.Diagnostics;
using System.Globalization;
using Ptgp.Backbone;
using Ptgp.Backbone.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Benchmarks;

/// <summary>What a process holds while an engine answers very many requests of mixed lengths, adapters and options, 64 at a time.</summary>
internal static class EngineMemory
{
    private const int AtOnce = 64, Samples = 20;

    /// <summary>Asks.</summary>
    /// <param name="requests">How many requests.</param>
    /// <returns>Lines of CSV, and one that says how the second half differs from the first.</returns>
    public static async Task<string> RunAsync(int requests)
    {
        using var transformer = DecodingBenchmarks.T5(new() { Layers = 2, Heads = 4, HeadWidth = 16, FeedForwardWidth = 128 }, width: 64, vocabulary: 512, CPU, float32);
        var config = transformer.Config;
        string[] paths = [.. transformer.Projections.Keys.Where(path => path[^1] is 'q' or 'v')];
        Adapter?[] adapters = [null, new(transformer, paths, 4, 8, 1), new(transformer, paths, 4, 8, 2)];
        Func<IReadOnlyList<Features>, EncodedStates>[] encoders = [.. adapters.Select(adapter => (Func<IReadOnlyList<Features>, EncodedStates>)(parts => Encode(transformer, parts, adapter)))];
        using WritingEngine engine = new(transformer, new NumbersTokenizer(config.Vocabulary), new() { MemoryBytes = 4_000_000 });
        Random random = new(7);
        List<(int Done, long Set, long Tensors)> samples = [];
        var (asked, done) = (0, 0);
        List<Task<Written>> waiting = [];
        while (done < requests)
        {
            while (waiting.Count < AtOnce && asked < requests)
            {
                waiting.Add(engine.WriteAsync(Any(), CancellationToken.None));
                asked++;
            }

            var first = await Task.WhenAny(waiting).ConfigureAwait(false);
            done += waiting.RemoveAll(task => task.IsCompleted);
            await first.ConfigureAwait(false);
            if (done * Samples / requests > samples.Count)
            {
                using var process = Process.GetCurrentProcess();
                samples.Add((done, process.WorkingSet64, Tensor.TotalCount));
            }
        }

        foreach (var adapter in adapters)
        {
            adapter?.Dispose();
        }

        var half = samples.Skip(Samples / 10).ToArray();
        var (early, late) = (half.Take(half.Length / 2).Average(sample => (double)sample.Set), half.Skip(half.Length / 2).Average(sample => (double)sample.Set));
        return string.Join('\n', samples.Select(sample => string.Create(CultureInfo.InvariantCulture, $"{sample.Done},{sample.Set / 1e6:0.0} MB,{sample.Tensors} tensors")))
            + string.Create(CultureInfo.InvariantCulture, $"\nafter the first tenth: {early / 1e6:0.0} MB, then {late / 1e6:0.0} MB ({(late / early) - 1:+0.0%;-0.0%})");

        EngineRequest Any()
        {
            var way = random.Next(4);
            var which = random.Next(adapters.Length);
            GenerationOptions options = way switch
            {
                0 => new(),
                1 => new() { NumBeams = 4, NumReturnSequences = 2 },
                2 => new() { DoSample = true, TopK = 40, Seed = asked },
                _ => new() { NumBeams = 2, NoRepeatNgramSize = 2 },
            };
            return new()
            {
                Encode = encoders[which],
                Adapter = adapters[which],
                Source = Features.FromTokens(Enumerable.Range(0, random.Next(2, 40)).Select(_ => random.Next(2, config.Vocabulary))),
                Options = ResolvedOptions.From(options.Or(new() { MaxNewTokens = random.Next(2, 24) }), DecoderFacts.Of(config)),
            };
        }
    }

    private static EncodedStates Encode(Transformer transformer, IReadOnlyList<Features> parts, Adapter? adapter)
    {
        var length = parts.Max(part => part.Length);
        var ids = tensor(parts.SelectMany(part => part.Tokens.Concat(Enumerable.Repeat(0L, length - part.Length))).ToArray()).view(parts.Count, length);
        var mask = tensor(parts.SelectMany(part => Enumerable.Range(0, length).Select(at => at < part.Length)).ToArray()).view(parts.Count, length);
        return transformer.Encode(transformer.Embed(new() { Source = ids, Mask = mask }, adapter), adapter);
    }
}
