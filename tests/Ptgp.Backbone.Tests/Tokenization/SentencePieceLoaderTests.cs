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
    [InlineData("t5-v1_0")]
    [InlineData("t5-v1_1")]
    public void T5WithoutTokenizerJsonEqualsTheReferencesSlowTokenizer(string name)
    {
        using var folder = new FolderCopy(Repository.Fixture("models", name), "spiece.model", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json");
        var tokenizer = TokenizerLoader.Load(folder.Path, new());
        foreach (var golden in Golden.OfModel(name))
        {
            Assert.Equal(golden.SlowIds, tokenizer.Encode(golden.Text, golden.Options).Ids);
            Assert.Equal(golden.SlowDecoded, tokenizer.Decode(golden.SlowIds, skipSpecialTokens: false));
            Assert.Equal(golden.SlowDecodedWithoutSpecial, tokenizer.Decode(golden.SlowIds));
        }
    }
}
