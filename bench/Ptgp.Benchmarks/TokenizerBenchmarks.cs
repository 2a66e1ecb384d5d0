using System.Text;
using Ptgp.Backbone.Tokenization;

namespace Ptgp.Benchmarks;

/// <summary>Cutting a megabyte of prose into tokens and joining them again, one kind of tokenizer after the other, on one thread.</summary>
internal static class TokenizerBenchmarks
{
    private const int Size = 1 << 20;

    private static readonly (string Kind, string[] Folder)[] tokenizers =
    [
        ("SentencePiece unigram, 8 000 pieces", ["models", "multi30k-en-de-marian"]),
        ("SentencePiece byte pairs, byte fallback", ["tests", "fixtures", "models", "llama"]),
        ("byte-level byte pairs", ["tests", "fixtures", "models", "gpt2"]),
        ("WordPiece", ["tests", "fixtures", "models", "bert"]),
    ];

    public static IEnumerable<Measurement> Measure(int rounds)
    {
        var root = Clone.Root;
        var lines = Prose(root);
        var bytes = lines.Sum(Encoding.UTF8.GetByteCount);
        foreach (var (kind, folder) in tokenizers)
        {
            var tokenizer = TokenizerLoader.Load(Path.Combine([root, .. folder]), new());
            var encoded = lines.Select(line => tokenizer.Encode(line).Ids.ToArray()).ToArray();
            var seconds = Timing.Interleave(rounds, () => Array.ForEach(lines, line => tokenizer.Encode(line)), () => Array.ForEach(encoded, ids => tokenizer.Decode(ids)));
            yield return new($"encode, {kind}", bytes / seconds[0] / 1e6, "MB/s", 1);
            yield return new($"decode, {kind}", bytes / seconds[1] / 1e6, "MB/s", 1);
        }
    }

    // The documentation, again and again.
    private static string[] Prose(string root)
    {
        var once = Directory.GetFiles(Path.Combine(root, "docs"), "*.md").Order(StringComparer.Ordinal).SelectMany(File.ReadAllLines).Where(line => line.Length > 0).ToArray();
        return [.. Enumerable.Repeat(once, (Size / once.Sum(line => line.Length)) + 1).SelectMany(lines => lines)];
    }
}
