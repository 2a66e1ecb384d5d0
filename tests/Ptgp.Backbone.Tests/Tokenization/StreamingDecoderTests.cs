using CsCheck;

using Ptgp.Backbone.Tokenization;
using Ptgp.Backbone.Tokenization.Decoding;

namespace Ptgp.Backbone.Tests.Tokenization;

public class StreamingDecoderTests
{
    private static readonly string[] Models = ["t5-v1_0", "t5-v1_1", "mt5", "bart", "mbart", "marian", "marian-split", "pegasus", "m2m100", "nllb"];

    public static TheoryData<string, bool> Cases => [.. from model in Models from skips in new[] { true, false } select (model, skips)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheStreamEqualsTheWholeForAnyIds(string model, bool skips)
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", model), new());
        Gen.Int[-1, tokenizer.Count].Array[0, 40].Sample(ids => Check(tokenizer, ids, skips), iter: 2000);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheStreamEqualsTheWholeForTexts(string model, bool skips)
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", model), new());
        foreach (var golden in Golden.OfModel(model))
        {
            Check(tokenizer, [.. golden.Ids], skips);
        }
    }

    [Fact]
    public void AWordIsGivenAtOnce()
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", "t5-v1_0"), new());
        var decoder = new StreamingDecoder(tokenizer);
        var parts = tokenizer.Tokenize("A man.").Select(token => decoder.Add(token.Id)).ToArray();
        Assert.Equal(["A", " man", "."], parts);
    }

    [Fact]
    public void CleanedTextEqualsTheWholeWhereverItIsCut()
    {
        string[] pieces = [" ", " ", "'", "n", "t", "m", "s", "ve", "re", ".", "?", "!", ",", "a", "do n't", " ' "];
        Gen.Int[0, pieces.Length - 1].Select(i => pieces[i]).Array[0, 25].Sample(parts =>
        {
            var stage = new CleanUpStage();
            var sink = new Sink();
            stage.Next = sink;
            foreach (var part in parts)
            {
                stage.Accept(part, false, TokenKind.Ordinary);
            }

            stage.Complete();
            Assert.Equal(CleanUpStage.Clean(string.Concat(parts)), string.Concat(sink.Parts));
        }, iter: 20_000);
    }

    [Fact]
    public void ATokenizerOfAnotherMakeIsStreamedToo()
    {
        var decoder = new StreamingDecoder(new Letters());
        Assert.Equal("ab", decoder.Add('a') + decoder.Add('b') + decoder.Flush());
    }

    private static void Check(ITokenizer tokenizer, int[] ids, bool skips)
    {
        var decoder = new StreamingDecoder(tokenizer, skips);
        var parts = ids.Select(decoder.Add).ToList();
        parts.Add(decoder.Flush());
        Assert.Equal(tokenizer.Decode(ids, skips), string.Concat(parts));
        Assert.All(parts, part => Assert.False(part.Length > 0 && (char.IsHighSurrogate(part[^1]) || char.IsLowSurrogate(part[0]))));
    }

    private sealed class Sink : DecodingStage
    {
        public List<string> Parts { get; } = [];

        public override void Accept(string token, bool continues, TokenKind kind) => Parts.Add(token);

        public override void Complete()
        {
        }
    }

    private sealed class Letters : ITokenizer
    {
        public int Count => 128;

        public int EndId => 0;

        public int PadId => 0;

        public int? UnknownId => null;

        public IReadOnlyDictionary<string, int> Languages => new Dictionary<string, int>();

        public IReadOnlyList<Token> Tokenize(string text) => [.. text.Select((letter, i) => new Token(letter, i, 1))];

        public EncodedText Encode(string text, EncodingOptions? options = null) => new(Tokenize(text));

        public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = true) => string.Concat(ids.Select(id => (char)id));

        public string GetEntry(int id) => ((char)id).ToString();

        public bool TryFind(string entry, out int id) => (id = entry[0]) >= 0;

        public bool IsSpecial(int id) => id == 0;
    }
}
