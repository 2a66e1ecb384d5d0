using System.Text.Json;

using Ptgp.Backbone.Tokenization;

namespace Ptgp.Backbone.Tests.Tokenization;

public class SentencePieceLoaderTests
{
    [Theory]
    [InlineData("marian")]
    [InlineData("marian-split")]
    public void MarianEqualsTheReferenceOnEveryText(string name)
    {
        var tokenizer = (TextTokenizer)TokenizerLoader.Load(Repository.Fixture("models", name), new());
        foreach (var golden in Golden.OfModel(name))
        {
            var encoded = tokenizer.Encode(golden.Text, golden.Options);
            Assert.Equal(golden.Ids, encoded.Ids);
            Assert.Equal(golden.Tokens, encoded.Ids.Select(id => tokenizer.GetEntry(id, golden.IsTarget)));
            if (golden.Decoded is not null)
            {
                Assert.Equal(golden.Decoded, tokenizer.Decode(golden.Ids, skipSpecialTokens: false));
                Assert.Equal(golden.DecodedWithoutSpecial, tokenizer.Decode(golden.Ids));
            }
        }
    }

    [Fact]
    public void TheEmbeddedCheckpointEqualsTheReferenceOnBothSides()
    {
        var tokenizer = TokenizerLoader.Load(Path.Combine(Repository.Root, "models", "multi30k-en-de-marian"), new());
        using var document = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("checkpoints", "multi30k-en-de-marian", "tokenizer.json")));
        foreach (var row in document.RootElement.EnumerateArray())
        {
            foreach (var side in new[] { "source", "target" })
            {
                var golden = row.GetProperty(side);
                var ids = golden.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
                var encoded = tokenizer.Encode(row.GetProperty("text").GetString()!, new() { IsTarget = side == "target", ParseSpecialTokens = true });
                Assert.Equal(ids, encoded.Ids);
                Assert.Equal(golden.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()), encoded.Ids.Select(tokenizer.GetEntry));
                Assert.Equal(golden.GetProperty("decoded").GetString(), tokenizer.Decode(ids, skipSpecialTokens: false));
                Assert.Equal(golden.GetProperty("decoded_skip_special").GetString(), tokenizer.Decode(ids));
            }
        }
    }

    [Theory]
    [InlineData("t5-v1_0", "spiece.model", "added_tokens.json")]
    [InlineData("t5-v1_1", "spiece.model", "added_tokens.json")]
    [InlineData("mt5", "spiece.model")]
    [InlineData("mbart", "sentencepiece.bpe.model")]
    [InlineData("pegasus", "spiece.model")]
    [InlineData("m2m100", "sentencepiece.bpe.model", "vocab.json")]
    public void TheModelsOwnFilesEqualTheReferencesSlowTokenizer(string name, params string[] files)
    {
        using var folder = new FolderCopy(Repository.Fixture("models", name), [.. files, "tokenizer_config.json", "special_tokens_map.json"]);
        var tokenizer = TokenizerLoader.Load(folder.Path, new());
        foreach (var golden in Golden.OfModel(name))
        {
            Assert.Equal(golden.SlowIds, tokenizer.Encode(golden.Text, golden.Options).Ids);
            Assert.Equal(golden.SlowDecoded, tokenizer.Decode(golden.SlowIds, skipSpecialTokens: false));
            Assert.Equal(golden.SlowDecodedWithoutSpecial, tokenizer.Decode(golden.SlowIds));
        }
    }

    [Fact]
    public void NllbsOwnFileGivesTheSameIds()
    {
        using var folder = new FolderCopy(Repository.Fixture("models", "nllb"), "sentencepiece.bpe.model", "tokenizer_config.json", "special_tokens_map.json");
        var tokenizer = TokenizerLoader.Load(folder.Path, new());
        Assert.All(Golden.OfModel("nllb"), golden => Assert.Equal(golden.SlowIds, tokenizer.Encode(golden.Text, golden.Options).Ids));
    }

    [Fact]
    public void LanguagesWithoutIdsFollowThePiecesInTheirFilesOrder()
    {
        using var folder = new FolderCopy(Repository.Fixture("models", "m2m100"), "sentencepiece.bpe.model", "vocab.json", "special_tokens_map.json");
        var (ids, bare) = (TokenizerLoader.Load(Repository.Fixture("models", "m2m100"), new()).Languages, TokenizerLoader.Load(folder.Path, new()));
        Assert.Equal(100, ids.Count);
        Assert.Equal(ids, bare.Languages);
        Assert.Equal("__en__", bare.GetEntry(bare.Encode("A man.").Tokens[0].Id));
    }

    [Fact]
    public void AnUnknownLanguageIsRefusedBesideTheNearest()
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", "m2m100"), new());
        Assert.Equal(tokenizer.Encode("a", new() { Language = "__de__" }).Ids, tokenizer.Encode("a", new() { Language = "de" }).Ids);
        var fault = Assert.Throws<ArgumentException>(() => tokenizer.Encode("a", new() { Language = "__dee__" }));
        Assert.StartsWith("The language must be one of the tokenizer's 100, but is '__dee__'. The nearest is '__de__'.", fault.Message, StringComparison.Ordinal);
    }
}
