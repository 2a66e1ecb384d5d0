using Ptgp.Backbone.Tokenization;

namespace Ptgp.Backbone.Tests.Tokenization;

public class TokenizerLoaderTests
{
    [Fact]
    public void AFolderWithoutTokenizerSaysWhichFilesWereLookedFor()
    {
        using var folder = new FolderCopy("");
        var fault = Assert.Throws<CheckpointException>(() => TokenizerLoader.Load(folder.Path, new()));
        Assert.Equal($"{folder.Path} must hold a tokenizer, but has none of these: tokenizer.json; source.spm, target.spm and vocab.json; spiece.model; sentencepiece.bpe.model; tokenizer.model; vocab.json and merges.txt; vocab.txt. Copy the tokenizer's files of the checkpoint there.", fault.Message);
    }

    [Theory, InlineData("vocab.pkl"), InlineData("vocab.bin")]
    public void AVocabularyThatIsAPickleIsNotRun(string file)
    {
        using var folder = new FolderCopy("");
        File.WriteAllText(folder[file], "(lp0\n.");
        var fault = Assert.Throws<CheckpointException>(() => TokenizerLoader.Load(folder.Path, new()));
        Assert.Equal($"{folder.Path} must hold a tokenizer that is data, but '{file}' is a pickle, which is a program and is not run. Write its words into a tokenizer.json with a WordLevel model.", fault.Message);
    }

    [Fact]
    public void TokenizerJsonIsPreferredToTheModelsOwnFiles()
    {
        using var folder = new FolderCopy(Repository.Fixture("models", "t5-v1_0"), "spiece.model", "tokenizer_config.json");
        File.WriteAllText(folder["tokenizer.json"], """{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}""");
        Assert.Equal([0], TokenizerLoader.Load(folder.Path, new()).Tokenize("a").Select(token => token.Id));
    }

    [Fact]
    public void IdsOfTheModelsConfigurationComeFirst()
    {
        var folder = Repository.Fixture("models", "marian");
        var tokenizer = TokenizerLoader.Load(folder, new() { EndId = 0, PadId = 192 });
        Assert.Equal((0, 192, 1), (tokenizer.EndId, tokenizer.PadId, tokenizer.UnknownId));
        Assert.True(tokenizer.IsSpecial(192));
        Assert.Equal(191, TokenizerLoader.Load(folder, new()).PadId);
    }

    [Theory]
    [InlineData("gpt2", "<|endoftext|>", "<|endoftext|>")]
    [InlineData("bert", "[SEP]", "[PAD]")]
    [InlineData("nllb", "</s>", "<pad>")]
    public void WithoutAConfigurationTheTokenizersOwnRolesCount(string name, string end, string pad)
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", name), new());
        Assert.Equal((end, pad), (tokenizer.GetEntry(tokenizer.EndId), tokenizer.GetEntry(tokenizer.PadId)));
    }

    [Fact]
    public void AddedTokensBeyondTheModelAreLeftOut()
    {
        using var folder = new FolderCopy(Repository.Fixture("models", "t5-v1_0"), "spiece.model");
        Assert.True(TokenizerLoader.Load(folder.Path, new()).TryFind("<extra_id_0>", out var id));
        Assert.Equal(299, id);
        var smaller = TokenizerLoader.Load(folder.Path, new() { VocabularySize = 250 });
        Assert.Equal(250, smaller.Count);
        Assert.False(smaller.TryFind("<extra_id_0>", out _));
    }

    [Theory]
    [InlineData("vocab.json", "{\"</s>\": 0,\n \"<unk>\" 1}", "vocab.json(2,10): the file must be valid JSON")]
    [InlineData("vocab.json", "[]", "must hold an object of entries and their ids")]
    [InlineData("vocab.json", "{}", "must hold a vocabulary, but is empty")]
    [InlineData("vocab.json", "{\"<unk>\": 0}", "the vocabulary must hold the eos_token '</s>', but does not")]
    [InlineData("vocab.json", "{\"</s>\": \"zero\"}", "the id of '</s>' must be a whole number")]
    [InlineData("vocab.json", "{\"\\ud800\": 1}", "an entry of the vocabulary is no valid text")]
    [InlineData("tokenizer_config.json", "{\"added_tokens_decoder\": {\"x\": {}}}", "added_tokens_decoder must give a token with 'content'")]
    [InlineData("source.spm", "no model at all", "source.spm")]
    public void ABrokenFileOfMarianIsNamed(string file, string content, string message)
    {
        using var folder = new FolderCopy(Repository.Fixture("models", "marian"), "source.spm", "target.spm", "vocab.json", "tokenizer_config.json");
        File.WriteAllText(folder[file], content);
        var fault = Assert.Throws<CheckpointException>(() => TokenizerLoader.Load(folder.Path, new()));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.StartsWith(folder.Path, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALineOfMergesThatIsNoneIsNamed()
    {
        using var folder = new FolderCopy(Repository.Fixture("models", "bart"), "vocab.json");
        File.WriteAllText(folder["merges.txt"], "#version: 0.2\nh e\nno merge here\n");
        var fault = Assert.Throws<CheckpointException>(() => TokenizerLoader.Load(folder.Path, new()));
        Assert.Contains("merges.txt(3): a line must be two entries with a blank between them, but is 'no merge here'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BartWithoutTokenizerJsonEqualsTheReference()
    {
        using var folder = new FolderCopy(Repository.Fixture("models", "bart"), "vocab.json", "merges.txt", "tokenizer_config.json");
        var tokenizer = TokenizerLoader.Load(folder.Path, new());
        foreach (var golden in Golden.OfModel("bart"))
        {
            golden.Check(tokenizer);
        }
    }

    [Fact]
    public void WhisperWithoutTokenizerJsonEqualsTheReference()
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", "whisper-en"), new());
        foreach (var golden in Golden.OfModel("whisper-en"))
        {
            golden.Check(tokenizer);
        }
    }

    [Fact]
    public void WhispersLanguageAndTaskComeFromItsSettings()
    {
        using var folder = new FolderCopy(Repository.Fixture("models", "whisper-en"), "vocab.json", "merges.txt", "tokenizer_config.json");
        var settings = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(folder["tokenizer_config.json"]))!;
        (settings["language"], settings["task"], settings["predict_timestamps"]) = ("de", "translate", true);
        File.WriteAllText(folder["tokenizer_config.json"], settings.ToJsonString());
        var tokenizer = TokenizerLoader.Load(folder.Path, new());
        Assert.Equal(["<|startoftranscript|>", "<|de|>", "<|translate|>", "a", "<|endoftext|>"], tokenizer.Encode("a").Ids.Select(tokenizer.GetEntry));
    }

    [Fact]
    public void WhatIsTooLongLosesTheEndOfTheLastText()
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", "t5-v1_0"), new());
        var whole = tokenizer.Encode("A man.", new() { Pair = "Two dogs." });
        for (var length = 0; length <= whole.Tokens.Count; length++)
        {
            var cut = tokenizer.Encode("A man.", new() { Pair = "Two dogs.", MaxLength = length });
            Assert.Equal(length, cut.Tokens.Count);
            Assert.Equal(whole.Tokens.Count - length, cut.Dropped);
            Assert.Equal(length < 2 ? length : 2, cut.Tokens.Count(token => token.Id == tokenizer.EndId));
        }
    }

    [Fact]
    public void LanguageTagsBeginTheSourceAndStayPlainElsewhere()
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", "marian"), new());
        Assert.Equal([">>deu<<", ">>fra<<", ">>nld<<"], tokenizer.Languages.Keys);
        Assert.Equal(tokenizer.Encode(">>fra<< A man.").Ids, tokenizer.Encode("A man.", new() { Language = ">>fra<<" }).Ids);
        Assert.DoesNotContain(tokenizer.Languages[">>fra<<"], tokenizer.Encode("A >>fra<< man.").Ids);
        var (tag, word) = (tokenizer.Encode(">>fra<< A man.").Tokens[0], tokenizer.Encode(">>fra<< A man.").Tokens[1]);
        Assert.Equal((0, 7, 8, 1), (tag.Start, tag.Length, word.Start, word.Length));
    }

    [Fact]
    public void AnIdOutsideTheVocabularyIsNothing()
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", "bart"), new());
        Assert.Equal("", tokenizer.Decode([-1, 1_000_000]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.GetEntry(1_000_000));
    }

    [Fact]
    public void WhispersLanguagesAreThoseOfItsMarksUnlessItHearsEnglishAlone()
    {
        var languages = CheckpointFolder.Open(Repository.Fixture("models", "whisper")).LoadTokenizer().Languages;
        Assert.Equal((99, 50259, 50261), (languages.Count, languages["<|en|>"], languages["<|de|>"]));
        Assert.Empty(CheckpointFolder.Open(Repository.Fixture("models", "whisper-en")).LoadTokenizer().Languages);
        Assert.Empty(CheckpointFolder.Open(Repository.Fixture("models", "qwen2")).LoadTokenizer().Languages);
    }
}
