using Ptgp.Backbone.Tokenization;

namespace Ptgp.Backbone.Tests.Tokenization;

/// <summary>Folders that bring SentencePiece's <c>tokenizer.model</c> alone.</summary>
public class LlamaLoaderTests
{
    [Theory]
    [InlineData("llama")]
    [InlineData("mistral")]
    public void TheModelsOwnFileCutsAsTheReferencesSlowTokenizerAndJoinsAsItsFastOne(string name)
    {
        using var folder = new FolderCopy(Repository.Fixture("models", name), "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json");
        var tokenizer = TokenizerLoader.Load(folder.Path, new());
        foreach (var golden in Golden.OfModel(name))
        {
            Assert.Equal(golden.SlowIds, tokenizer.Encode(golden.Text, golden.Options).Ids);
            // Of its two tokenizers the reference's faster one is what users get, and it joins tokens.
            Assert.Equal(golden.Decoded, tokenizer.Decode(golden.Ids, skipSpecialTokens: false));
            Assert.Equal(golden.DecodedWithoutSpecial, tokenizer.Decode(golden.Ids));
        }
    }

    [Fact]
    public void EveryTextBeginsWithItsTokenAndMayEndWithOne()
    {
        using var folder = new FolderCopy(Repository.Fixture("models", "llama"), "tokenizer.model");
        var text = TokenizerLoader.Load(folder.Path, new()).Encode("A man", new() { AddSpecialTokens = false }).Ids;
        Assert.Equal([1, .. text], TokenizerLoader.Load(folder.Path, new()).Encode("A man").Ids);
        Assert.Equal([1, .. text, 1, .. text], TokenizerLoader.Load(folder.Path, new()).Encode("A man", new() { Pair = "A man" }).Ids);
        File.WriteAllText(folder["tokenizer_config.json"], """{"add_bos_token": false, "add_eos_token": true}""");
        Assert.Equal([.. text, 2], TokenizerLoader.Load(folder.Path, new()).Encode("A man").Ids);
    }
}
