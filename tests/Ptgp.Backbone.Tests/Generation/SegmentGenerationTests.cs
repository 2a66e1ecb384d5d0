using Ptgp.Backbone.Generation;
using Ptgp.Backbone.Tests.Model.Segments;
using Ptgp.Backbone.Tokenization;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>The engine writes with a decoder that remembers segments as with any other.</summary>
public sealed class SegmentGenerationTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Transformer transformer = TinyXl.Make("published");
    private readonly WritingEngine engine;

    public SegmentGenerationTests()
    {
        var words = string.Join(", ", Enumerable.Range(0, TinyXl.Vocabulary).Select(id => $"\"{(id == 0 ? "<eos>" : id == 1 ? "<unk>" : $"w{id}")}\": {id}"));
        folder.Write("tokenizer.json", $$"""{"pre_tokenizer": {"type": "WhitespaceSplit"}, "model": {"type": "WordLevel", "vocab": { {{words}} }, "unk_token": "<unk>" } }""");
        engine = new(transformer, TokenizerLoader.Load(folder.Path, new() { EndId = 0 }));
    }

    public void Dispose()
    {
        engine.Dispose();
        transformer.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task GreedyWritesTheLikeliestOfWhatReadingAllAgainScores()
    {
        var written = (await WriteAsync(4, new())).Best.Ids;
        Assert.Equal(16, written.Count);
        using var scope = NewDisposeScope();
        using var quiet = inference_mode();
        List<long> text = [.. Prompt(4).Tokens];
        foreach (var id in written)
        {
            var logits = transformer.Project(transformer.Encode(transformer.Embed(TinyXl.Batch(tensor(text.ToArray()).unsqueeze(0)))).States)[0, -1];
            logits[0] = float.NegativeInfinity;                   // the end is forbidden
            Assert.Equal(id, (int)logits.argmax().item<long>());
            text.Add(id);
        }
    }

    public static TheoryData<int, bool> Ways => new MatrixTheoryData<int, bool>([1, 3], [false, true]);

    [Theory, MemberData(nameof(Ways))]
    public async Task ABatchOfAnyLengthsWritesWhatEachWritesAlone(int beams, bool samples)
    {
        var options = new GenerationOptions { NumBeams = beams, DoSample = samples, Seed = samples ? 5 : null, NumReturnSequences = beams };
        List<Written> alone = [];
        foreach (var seed in Enumerable.Range(0, 6))
        {
            alone.Add(await WriteAsync(seed, options));
        }

        var together = await Task.WhenAll(Enumerable.Range(0, 6).Select(seed => WriteAsync(seed, options)));
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(alone[i].Hypotheses.Select(each => each.Text), together[i].Hypotheses.Select(each => each.Text));
            Assert.All(alone[i].Hypotheses.Zip(together[i].Hypotheses), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-3));
        }

        Assert.True(alone.Select(written => written.Best.Text).Distinct().Count() > 3);
    }

    // Lengths from 2 to 17: some prompts are longer than the memory.
    private static Features Prompt(int seed) => Features.FromTokens(TinyXl.Ids(1, 2 + (3 * seed), seed: 40 + seed).data<long>().Select(id => (int)Math.Max(id, 2)));

    private Task<Written> WriteAsync(int seed, GenerationOptions options) => engine.WriteAsync(
        new()
        {
            Encode = Encode,
            Source = Prompt(seed),
            Options = ResolvedOptions.From(options with { MaxNewTokens = 16, SuppressTokens = [0] }, DecoderFacts.Of(transformer.Config)),
        },
        TestContext.Current.CancellationToken);

    private EncodedStates Encode(IReadOnlyList<Features> parts)
    {
        var length = parts.Max(part => part.Length);
        var ids = tensor(parts.SelectMany(part => part.Tokens.Concat(Enumerable.Repeat(0L, length - part.Length))).ToArray()).view(parts.Count, length);
        var mask = tensor(parts.SelectMany(part => Enumerable.Range(0, length).Select(at => at < part.Length)).ToArray()).view(parts.Count, length);
        return transformer.Encode(transformer.Embed(TinyXl.Batch(ids, mask)));
    }
}
