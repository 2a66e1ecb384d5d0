using Ptgp.Backbone;
using Ptgp.Backbone.Generation;
using Ptgp.Host.Explaining;
using Ptgp.Host.Tasks;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Explaining;

/// <summary>Texts written through adapters that PEFT saved, whose own places the layers see too.</summary>
public sealed class TextExplainerTests
{
    [Theory]
    [InlineData("base-t5", null, 0, 0, 0)]
    [InlineData("base-t5", "t5-lora", 0, 0, 0)]
    [InlineData("base-t5", "t5-prompt", 4, 0, 4)]
    [InlineData("base-t5", "t5-prefix", 0, 3, 0)]
    [InlineData("base-gpt2", "gpt2-lora", 0, 0, 0)]
    [InlineData("base-llama", "llama-prompt", 0, 3, 0)]
    public async Task WhatIsExplainedIsWhatWasWritten(string checkpoint, string? adapter, int aheadOfEncoder, int aheadOfDecoder, int aheadOfMemory)
    {
        set_num_threads(1);
        var folder = CheckpointFolder.Open(Repository.Fixture("adapters", checkpoint));
        using var transformer = folder.LoadTransformer(CPU, ScalarType.Float32);
        using var loaded = adapter is null ? null : new AdapterFolder(folder, transformer).Load(Repository.Fixture("adapters", adapter));
        var view = new BackboneView(folder.Describe("base"), new Numbers(folder.Config.Vocabulary), transformer) { Adapter = loaded };
        using var engine = new WritingEngine(transformer, view.Tokenizer);
        var collator = new Collator { Device = CPU, PadId = 0 };
        var request = new WritingRequest { Source = Features.FromTokens([5, 9, 13, 22]), Prefix = [7], Options = new() { MaxNewTokens = 5 } };
        var writer = new TaskWriter(engine, view, features => view.Encode(view.Embed(collator.Collate(features))));
        var written = await writer.WriteAsync(request, new(), TestContext.Current.CancellationToken);

        using var scope = NewDisposeScope();
        var reader = new AttentionReader(null, 1_000_000);
        var embedded = view.Embed(collator.Collate([request.Source]));
        SourcePlace[] places = [new("a"), new("b"), new("c"), new("d")];
        var pass = new TextExplainer(view, new() { Steps = 6, IsPerToken = true, Alternatives = 2 }, reader).Explain(
            new(request.Source, request, written), TaskWriter.Resolve(request.Options, transformer.Config), new(embedded, zeros_like(embedded.States), places, 1) { Length = 4 }, CancellationToken.None);

        var chosen = pass.Written.Skip(1).ToArray();
        Assert.Equal([7, .. written.Best.Ids], pass.Written.Select(place => place.Token.Id).Take(1 + written.Best.Ids.Count));
        Assert.Equal(written.Best.LogProbabilities.Count, chosen.Length);
        Assert.Equal((true, null), (pass.Written[0].IsPrefix, pass.Written[0].Chosen));
        Assert.Equal(written.Best.Score, chosen.Sum(place => place.Chosen!.Value), 1e-4);
        var score = chosen.Sum(place => place.LogProbability);
        if (loaded?.Prefix is not { WritesLate: true })
        {
            Assert.Equal(written.Best.Score, score, 1e-4);
            Assert.All(chosen, place => Assert.Equal((1, place.Token.Id), (place.Rank, place.Alternatives[0].Token.Id)));
        }

        Assert.Equal(2 * (1 + chosen.Length), pass.Attributions.Count);
        Assert.All(pass.Attributions, attributed =>
        {
            Assert.Equal(4, attributed.Attribution.Values.Count);
            Assert.Equal(attributed.Place is { } place ? pass.Written[place].LogProbability : score, attributed.Attribution.Score, 1e-4);
        });

        var (steps, ids) = (pass.Written.Count, written.Best.Ids);
        if (transformer.Config.Encoder is null)
        {
            Check(AttentionKind.Decoder, aheadOfDecoder, 4 + steps - 1, aheadOfDecoder, 4 + steps - 1);
            return;
        }

        Check(AttentionKind.Encoder, aheadOfEncoder, 4, aheadOfEncoder, 4);
        Check(AttentionKind.Decoder, 0, steps, aheadOfDecoder, steps);
        Check(AttentionKind.Cross, 0, steps, aheadOfMemory, 4);

        void Check(AttentionKind kind, int rowsAhead, int rows, int columnsAhead, int columns)
        {
            var group = Assert.Single(pass.Attention, group => group.Of == kind);
            Assert.Equal((rowsAhead + rows, columnsAhead + columns), (group.Rows.Count, group.Columns.Count));
            Assert.Equal((rowsAhead, columnsAhead), (group.Rows.Count(Ahead), group.Columns.Count(Ahead)));
            Assert.All(group.Layers, map =>
            {
                Assert.Equal((group.Rows.Count, group.Columns.Count), (map.Rows, map.Columns));
                Assert.All(map.Values.Chunk(map.Columns), row => Assert.Equal(1, row.Sum(), 1e-5));
            });
        }

        static bool Ahead(string label) => label.StartsWith("prompt ", StringComparison.Ordinal);
    }

    // Ids are written as numbers.
    private sealed class Numbers(int count) : ITokenizer
    {
        public int Count => count;

        public int EndId => 1;

        public int PadId => 0;

        public int? UnknownId => null;

        public IReadOnlyDictionary<string, int> Languages => new Dictionary<string, int>();

        public IReadOnlyList<Token> Tokenize(string text) => [.. text.Split(' ').Select(number => new Token(int.Parse(number, System.Globalization.CultureInfo.InvariantCulture), 0, 0))];

        public EncodedText Encode(string text, EncodingOptions? options = null) => new(Tokenize(text));

        public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = true) => string.Join(' ', ids);

        public string GetEntry(int id) => $"{id}";

        public bool TryFind(string entry, out int id) => int.TryParse(entry, out id);

        public bool IsSpecial(int id) => id < 2;
    }
}
