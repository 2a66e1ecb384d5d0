using Ptgp.Backbone;
using Ptgp.Backbone.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Benchmarks;

/// <summary>Guessing by copying from the input, on the shipped small T5: where much is copied (capitals and punctuation restored) and where nothing is (translation), a request at a time and several in one batch.</summary>
internal static class LookupBenchmarks
{
    private static readonly string[] texts =
    [
        "a man in an orange hat is looking at something", "two dogs run through the snow and play with a red ball", "a young girl in a blue dress stands in front of a house",
        "people are fixing the roof of a house on a sunny day", "a group of men are loading cotton onto a truck", "three people sit in a cave near the sea",
        "a woman is holding a large checkered flag near a barn", "the man is on a chair at the side of the street with his dog",
    ];

    public static IEnumerable<Measurement> Measure(int rounds)
    {
        var folder = CheckpointFolder.Open(Path.Combine(Clone.Root, "models", "multitask-t5"));
        using var transformer = folder.LoadTransformer(CPU, ScalarType.Float32);
        var tokenizer = folder.LoadTokenizer();
        AdapterFolder files = new(folder, transformer);
        foreach (var (name, adapter, prefix) in new[] { ("capitals restored", "restore", "restore: "), ("translated", "en-de", "translate English to German: ") })
        {
            using var deltas = files.Load(Path.Combine(folder.Path, "adapters", adapter));
            int[][] sources = [.. texts.Select(text => tokenizer.Encode(prefix + text).Ids.ToArray())];
            foreach (var together in (int[])[1, texts.Length])
            {
                int[] guesses = [0, 2, 4, 8];
                var shares = guesses.Select(most => Write(transformer, folder.Config, deltas, sources, together, most)).ToArray();
                var seconds = Timing.Interleave(rounds, [.. guesses.Select(most => (Action)(() => Write(transformer, folder.Config, deltas, sources, together, most)))]);
                for (var i = 1; i < guesses.Length; i++)
                {
                    yield return new($"{name}, {together} at a time: up to {guesses[i]} guessed, {shares[i]:P0} right, over none", seconds[0] / seconds[i], "x");
                }
            }
        }
    }

    // The share of guesses that were right.
    private static double Write(Transformer transformer, TransformerConfig config, Adapter adapter, int[][] sources, int together, int most)
    {
        using var quiet = inference_mode();
        var (guessed, right) = (0L, 0L);
        foreach (var part in sources.Chunk(together))
        {
            using var scope = NewDisposeScope();
            var length = part.Max(ids => ids.Length);
            var ids = tensor(part.SelectMany(each => each.Select(id => (long)id).Concat(Enumerable.Repeat(0L, length - each.Length))).ToArray(), [part.Length, length]);
            var mask = tensor(part.SelectMany(each => Enumerable.Range(0, length).Select(at => at < each.Length)).ToArray(), [part.Length, length]);
            var encoded = transformer.Encode(transformer.Embed(new() { Source = ids, Mask = mask }, adapter), adapter);
            var options = ResolvedOptions.From(new() { PromptLookupNumTokens = most, MaxNewTokens = 40 }, DecoderFacts.Of(config, adapter));
            SourceSearch[] searches = [.. part.Select(each => DecodingLoop.Begin(new() { Options = options, Source = each }))];
            DecodingLoop.Write(transformer, encoded, searches, adapter);
            foreach (var lookup in searches.Select(search => search.Lookup).OfType<PromptLookup>())
            {
                (guessed, right) = (guessed + lookup.Guessed, right + lookup.Right);
            }
        }

        return guessed == 0 ? 0 : (double)right / guessed;
    }
}
