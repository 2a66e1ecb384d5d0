using System.Text.Json;

using Ptgp.Backbone.Tokenization;

namespace Ptgp.Backbone.Tests.Tokenization;

/// <summary>Folders of old have <c>vocab.txt</c> and no tokenizer.json: the reference makes the same tokenizer of it.</summary>
public class WordPieceLoaderTests
{
    [Theory]
    [InlineData("bert")]
    [InlineData("bert-cased")]
    public void EqualsTheReferenceOnEveryText(string name)
    {
        using var folder = new FolderCopy(Repository.Fixture("models", name), "vocab.txt", "tokenizer_config.json", "special_tokens_map.json");
        var tokenizer = TokenizerLoader.Load(folder.Path, new());
        Assert.Equal("word-piece", TokenizerKind.Of(tokenizer));
        Assert.All(Golden.OfModel(name), golden => golden.Check(tokenizer));
    }

    [Fact]
    public void PairsAreThoseOfTokenizerJson()
    {
        using var folder = new FolderCopy(Repository.Fixture("models", "bert"), "vocab.txt", "tokenizer_config.json");
        var (from, expected) = (TokenizerLoader.Load(folder.Path, new()), TokenizerLoader.Load(Repository.Fixture("models", "bert"), new()));
        using var document = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("models", "bert", "golden", "tokenizer-pairs.json")));
        Assert.All(document.RootElement.EnumerateArray(), row =>
        {
            var (text, options) = (row.GetProperty("text").GetString()!, new EncodingOptions { Pair = row.GetProperty("pair").GetString() });
            Assert.Equal(expected.Encode(text, options).Tokens, from.Encode(text, options).Tokens);
        });
    }

    [Fact]
    public void WithoutAWordAboutItTextBecomesLowerCase()
    {
        using var folder = new FolderCopy(Repository.Fixture("models", "bert"), "vocab.txt");
        var tokenizer = TokenizerLoader.Load(folder.Path, new());
        Assert.Equal(tokenizer.Encode("the quick fox").Ids, tokenizer.Encode("The QUICK fóx").Ids);
        Assert.Equal(("[SEP]", "[PAD]"), (tokenizer.GetEntry(tokenizer.EndId), tokenizer.GetEntry(tokenizer.PadId)));
        File.WriteAllText(folder["tokenizer_config.json"], """{"do_lower_case": false}""");
        Assert.NotEqual(tokenizer.Encode("The").Ids, TokenizerLoader.Load(folder.Path, new()).Encode("The").Ids);
    }

    [Theory]
    [InlineData("", "must hold a vocabulary, but is empty")]
    [InlineData("[PAD]\n[UNK]\na\n", "the vocabulary must hold the cls_token '[CLS]', but does not")]
    public void ABrokenFileIsNamed(string content, string message)
    {
        using var folder = new FolderCopy("");
        File.WriteAllText(folder["vocab.txt"], content);
        var fault = Assert.Throws<CheckpointException>(() => TokenizerLoader.Load(folder.Path, new()));
        Assert.StartsWith(folder["vocab.txt"], fault.Message, StringComparison.Ordinal);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }
}
