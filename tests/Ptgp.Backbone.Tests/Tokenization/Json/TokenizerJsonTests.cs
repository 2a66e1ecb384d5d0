using System.Text.Json;

using CsCheck;

using Ptgp.Backbone.Tokenization;

namespace Ptgp.Backbone.Tests.Tokenization.Json;

public class TokenizerJsonTests
{
    [Theory]
    [InlineData("t5-v1_0")]
    [InlineData("t5-v1_1")]
    [InlineData("mt5")]
    [InlineData("bart")]
    [InlineData("mbart")]
    [InlineData("nllb")]
    [InlineData("pegasus")]
    [InlineData("whisper")]
    [InlineData("bert")]
    [InlineData("bert-qa")]
    [InlineData("roberta")]
    [InlineData("distilbert")]
    [InlineData("gpt2")]
    [InlineData("llama")]
    [InlineData("llama-rope-scaled")]
    [InlineData("mistral")]
    [InlineData("qwen2")]
    public void EqualsTheReferenceOnEveryText(string name)
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", name), new());
        foreach (var golden in Golden.OfModel(name))
        {
            golden.Check(tokenizer);
        }
    }

    [Fact]
    public void WholeWordsAreEntriesOrUnknown()
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", """
            {"added_tokens": [{"id": 0, "content": "<eos>", "special": true}], "pre_tokenizer": {"type": "WhitespaceSplit"}, "normalizer": {"type": "Lowercase"},
             "model": {"type": "WordLevel", "vocab": {"<eos>": 0, "<unk>": 1, "the": 2, "dog": 3, "it's": 4}, "unk_token": "<unk>"}}
            """);
        var tokenizer = TokenizerLoader.Load(folder.Path, new() { EndId = 0 });
        var tokens = tokenizer.Tokenize(" The  dog's it's dog <eos>");
        Assert.Equal([(2, 1, 3), (1, 6, 5), (4, 12, 4), (3, 17, 3), (1, 21, 5)], tokens.Select(token => (token.Id, token.Start, token.Length)));
        Assert.Equal("the <unk> it's dog", tokenizer.Decode([2, 1, 4, 3, 0]));
        Assert.Equal("word-level", TokenizerKind.Of(tokenizer));
        Assert.Equal(0, tokenizer.Encode("the <eos>", new() { ParseSpecialTokens = true }).Tokens[^1].Id);
        folder.Write("tokenizer.json", """{"model": {"type": "WordLevel", "vocab": {"the": 2}, "unk_token": "[UNK]"}}""");
        var fault = Assert.Throws<CheckpointException>(() => TokenizerLoader.Load(folder.Path, new()));
        Assert.Equal($"{folder["tokenizer.json"]}.model.unk_token must be in the vocabulary, for words that are not, but is '[UNK]'. Download the file again.", fault.Message);
    }

    [Fact]
    public void PairsHaveTheReferencesSegmentsAndSequences()
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", "bert"), new());
        using var document = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("models", "bert", "golden", "tokenizer-pairs.json")));
        var rows = document.RootElement.EnumerateArray().Where(row => !row.GetProperty("options").EnumerateObject().Any()).ToArray();
        Assert.NotEmpty(rows);
        foreach (var row in rows)
        {
            var window = row.GetProperty("windows")[0];
            var tokens = tokenizer.Encode(row.GetProperty("text").GetString()!, new() { Pair = row.GetProperty("pair").GetString(), ParseSpecialTokens = true }).Tokens;
            var offsets = window.TryGetProperty("offset_mapping_utf16", out var units) ? units : window.GetProperty("offset_mapping");
            Assert.Equal(window.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32()), tokens.Select(token => token.Id));
            Assert.Equal(window.GetProperty("token_type_ids").EnumerateArray().Select(id => id.GetInt32()), tokens.Select(token => token.Segment));
            Assert.Equal(window.GetProperty("sequence_ids").EnumerateArray().Select(id => id.ValueKind == JsonValueKind.Null ? -1 : id.GetInt32()), tokens.Select(token => token.Sequence));
            Assert.Equal(offsets.EnumerateArray().Select(offset => (offset[0].GetInt32(), offset[1].GetInt32())), tokens.Select(token => (token.Start, token.Start + token.Length)));
        }
    }

    [Fact]
    public void LanguagesOfNllbReplaceTheTemplates()
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", "nllb"), new());
        Assert.Equal(tokenizer.Languages["fra_Latn"], tokenizer.Encode("a", new() { Language = "fra_Latn" }).Tokens[0].Id);
        Assert.Equal(tokenizer.Languages["eng_Latn"], tokenizer.Encode("a").Tokens[0].Id);
        Assert.Equal(tokenizer.Languages["deu_Latn"], tokenizer.Encode("a", new() { IsTarget = true }).Tokens[0].Id);
        var fault = Assert.Throws<ArgumentException>(() => tokenizer.Encode("a", new() { Language = "klingon" }));
        Assert.Contains("'klingon'", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"added_tokens": [{"id": 0}], "model": {"type": "BPE", "vocab": {}, "merges": []}}""", "added_tokens[0] must be an object with 'content'")]
    [InlineData("""{"model": {"type": "Neural"}}""", "the model 'Neural' is not known")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a", "b"]]}}""", "merges[0]: 'a', 'b' and 'ab' must be in the vocabulary")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b c"]}}""", "must be two entries with a blank between them, but is 'a b c'")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}}""", "the id of 'a' must be a whole number")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 4000000000}, "merges": []}}""", "the id of 'a' must be a whole number")]
    [InlineData("""{"model": {"type": "Unigram", "unk_id": 3, "vocab": [["a", 0.0]]}}""", "unk_id must be below the 1 pieces, but is 3")]
    [InlineData("""{"model": {"type": "Unigram", "vocab": [["a"]]}}""", "vocab[0] must be a list of a piece and its score")]
    [InlineData("""{"normalizer": {"type": "Magic"}, "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}""", "normalizer: the normalizer 'Magic' is not known")]
    [InlineData("""{"normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAECAw=="}, "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}""", "must begin with the size of its trie")]
    [InlineData("""{"normalizer": {"type": "Replace", "pattern": {"Regex": "("}, "content": ""}, "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}""", "the regular expression '(' is not understood")]
    [InlineData("""{"pre_tokenizer": {"type": "Split", "pattern": {"String": "a"}, "behavior": "Odd"}, "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}""", "behavior must be one of Removed, Isolated")]
    [InlineData("""{"decoder": {"type": "Morse"}, "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}""", "decoder: the decoder 'Morse' is not known")]
    [InlineData("""{"post_processor": {"type": "Stamp"}, "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}""", "the post-processor 'Stamp' is not known")]
    [InlineData("""{"added_tokens": [{"id": 0, "content": "a"}, {"id": 0, "content": "a"}], "model": {"type": "BPE", "vocab": {"a": 0}, "merges": 5}}""", "model.merges must be a list")]
    [InlineData("""[1]""", "must hold a JSON object, but holds an array")]
    [InlineData("{\n  \"model\": nonsense\n}", "tokenizer.json(2,13): the file must be valid JSON")]
    public void WhatIsWrongIsNamedWithItsPlace(string content, string message)
    {
        using var folder = new FolderCopy("");
        File.WriteAllText(folder["tokenizer.json"], content);
        var fault = Assert.Throws<CheckpointException>(() => TokenizerLoader.Load(folder.Path, new()));
        Assert.StartsWith(folder["tokenizer.json"], fault.Message, StringComparison.Ordinal);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatIsCutAnywhereIsAFaultAndNothingElse()
    {
        using var folder = new FolderCopy("");
        var whole = File.ReadAllBytes(Repository.Fixture("models", "bert", "tokenizer.json"));
        for (var length = 0; length < whole.Length - 4; length += 97)
        {
            File.WriteAllBytes(folder["tokenizer.json"], whole[..length]);
            Assert.Throws<CheckpointException>(() => TokenizerLoader.Load(folder.Path, new()));
        }
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("nllb")]
    [InlineData("qwen2")]
    public void ChangedCharactersAreAFaultOrAnotherTokenizerAndNothingElse(string name)
    {
        using var folder = new FolderCopy("");
        var whole = File.ReadAllText(Repository.Fixture("models", name, "tokenizer.json"));
        const string Values = "0123456789abcxyz\"{}[],:-. _\\ue";

        // The vocabulary is most of a file; what is before and behind it has more to break.
        var vocabulary = (Start: whole.IndexOf("\"vocab\"", StringComparison.Ordinal), End: whole.Length - 200);
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, whole.Length - 1], Gen.Int[0, Values.Length - 1]).Sample(
            (part, at, value) =>
            {
                at = part switch { 0 => at, 3 => vocabulary.End + (at % 200), _ => at % vocabulary.Start };
                File.WriteAllText(folder["tokenizer.json"], whole[..at] + Values[value] + whole[(at + 1)..]);
                try
                {
                    var tokenizer = TokenizerLoader.Load(folder.Path, new());
                    tokenizer.Decode(tokenizer.Encode("ＡＢＣ é naïve “quoted” ﬁne [MASK]", new() { ParseSpecialTokens = true }).Ids);
                }
                catch (CheckpointException)
                {
                    // What is expected of a broken file.
                }
            },
            iter: 300,
            threads: 1);
    }

    [Fact]
    public void CommentsTrailingCommasAndAByteOrderMarkAreAllowed()
    {
        using var folder = new FolderCopy("");
        File.WriteAllText(folder["tokenizer.json"], """
            // made by hand
            {"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"],},}
            """, new System.Text.UTF8Encoding(true));
        Assert.Equal([2, 0], TokenizerLoader.Load(folder.Path, new()).Tokenize("aba").Select(token => token.Id));
    }
}
