using System.Diagnostics;

using CsCheck;

using Ptgp.Backbone.Tokenization;

namespace Ptgp.Backbone.Tests.Tokenization;

/// <summary>Text that nobody should write, but somebody will.</summary>
public class HardTextTests
{
    public static TheoryData<string> Models => ["t5-v1_0", "t5-v1_1", "mt5", "bart", "mbart", "marian", "marian-split", "pegasus", "m2m100", "nllb"];

    [Theory]
    [MemberData(nameof(Models))]
    public void AnyTextIsEncodedWithOffsetsInsideIt(string model)
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", model), new());
        const string Hard = "\uD83D\uDC4D\0 ▁\u0301<>\u200D\uFFFD";
        var unit = Gen.OneOf(Gen.Char, Gen.Char['\u0000', '\u0080'], Gen.Int[0, Hard.Length - 1].Select(i => Hard[i]));
        unit.Array[0, 60].Select(units => new string(units)).Sample(text =>
        {
            foreach (var token in tokenizer.Encode(text).Tokens)
            {
                Assert.InRange(token.Id, 0, tokenizer.Count - 1);
                Assert.True(token.Start >= 0 && token.Length >= 0 && token.Start + token.Length <= text.Length);
            }
        }, iter: 1000);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void OffsetsNeverGoBack(string model)
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", model), new());
        foreach (var golden in Golden.OfModel(model))
        {
            var tokens = tokenizer.Tokenize(golden.Text);
            Assert.All(tokens.Zip(tokens.Skip(1)), pair => Assert.True(pair.First.Start <= pair.Second.Start));
            Assert.All(tokens.Zip(tokens.Skip(1)), pair => Assert.True(pair.First.Word <= pair.Second.Word));
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void PlainTextNeverBecomesASpecialToken(string model)
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", model), new());
        var special = Enumerable.Range(0, tokenizer.Count).Where(tokenizer.IsSpecial).Where(id => id != tokenizer.UnknownId).ToArray();
        var text = string.Join(" ", special.Select(tokenizer.GetEntry)) + string.Concat(special.Select(tokenizer.GetEntry));
        Assert.DoesNotContain(tokenizer.Tokenize(text), token => special.Contains(token.Id));
        Assert.DoesNotContain(tokenizer.Encode(text, new() { AddSpecialTokens = false }).Ids, special.Contains);
        Assert.Contains(tokenizer.Encode(text, new() { AddSpecialTokens = false, ParseSpecialTokens = true }).Ids, special.Contains);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void AMegabyteWithoutABreakTakesNoQuadraticTime(string model)
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", model), new());
        string[] texts =
        [
            new('a', 1 << 20), string.Concat(Enumerable.Repeat("e\u0301", 1 << 19)),
            new(' ', 1 << 16), new('\u0301', 1 << 16), string.Concat(Enumerable.Repeat("👩\u200D", 1 << 16)), string.Concat(Enumerable.Repeat("<extra_id_0", 1 << 14)),
        ];
        foreach (var text in texts)
        {
            var watch = Stopwatch.StartNew();
            var ids = tokenizer.Encode(text, new() { ParseSpecialTokens = true }).Ids.ToArray();
            tokenizer.Decode(ids);
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{model} took {watch.Elapsed} for {text[..4]}…");
        }
    }

    [Fact]
    public void ManyThreadsShareATokenizer()
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", "bart"), new());
        var texts = Golden.OfModel("bart").Select(golden => golden.Text).ToArray();
        var alone = texts.Select(text => tokenizer.Encode(text).Ids.ToArray()).ToArray();
        var shared = TokenizerLoader.Load(Repository.Fixture("models", "bart"), new());
        Parallel.For(0, 400, i => Assert.Equal(alone[i % texts.Length], shared.Encode(texts[i % texts.Length]).Ids));
    }
}
