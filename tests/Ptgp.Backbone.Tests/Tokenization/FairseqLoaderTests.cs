using Ptgp.Backbone.Tokenization;

namespace Ptgp.Backbone.Tests.Tokenization;

/// <summary>
/// The numbering of fairseq as its tokenizers document it: &lt;s&gt; 0, &lt;pad&gt; 1, &lt;/s&gt; 2, &lt;unk&gt; 3, each piece from the third on at its place plus 1, then
/// languages in their order, then &lt;mask&gt;. Held on SentencePiece models of other fixtures, with what their pieces are without that numbering.
/// </summary>
public class FairseqLoaderTests
{
    private static readonly string[] First = ["<s>", "<pad>", "</s>", "<unk>"];

    [Theory]
    [InlineData("mbart", "mbart")]
    [InlineData("nllb", "nllb")]
    public void XlmRHasNoLanguagesAndStandsBetweenItsEnds(string fixture, string texts)
    {
        using var folder = new FolderCopy(Repository.Fixture("models", fixture), "sentencepiece.bpe.model");
        var (tokenizer, pieces) = (TokenizerLoader.Load(folder.Path, new()), Pieces(folder));
        Assert.Equal(pieces.Count + 2, tokenizer.Count);
        Assert.Equal([.. First, .. pieces.Skip(3), "<mask>"], Enumerable.Range(0, tokenizer.Count).Select(tokenizer.GetEntry));
        Assert.Equal((2, 1, 3), (tokenizer.EndId, tokenizer.PadId, tokenizer.UnknownId));
        Assert.Empty(tokenizer.Languages);
        Assert.All([0, 1, 2, 3, pieces.Count + 1], id => Assert.True(tokenizer.IsSpecial(id)));

        using var bare = new FolderCopy("");
        File.Copy(folder["sentencepiece.bpe.model"], bare["spiece.model"]);
        var unnumbered = TokenizerLoader.Load(bare.Path, new() { VocabularySize = pieces.Count });
        foreach (var text in Golden.OfModel(texts).Select(golden => golden.Text))
        {
            int[] own = [.. unnumbered.Encode(text, new() { AddSpecialTokens = false }).Ids.Select(id => id < 3 ? 3 : id + 1)];
            Assert.Equal([0, .. own, 2], tokenizer.Encode(text).Ids);
            Assert.Equal([0, .. own, 2, 2, .. own, 2], tokenizer.Encode(text, new() { Pair = text }).Ids);
        }
    }

    [Fact]
    public void TheMaskSwallowsTheBlankBeforeIt()
    {
        using var folder = new FolderCopy(Repository.Fixture("models", "mbart"), "sentencepiece.bpe.model");
        var tokenizer = TokenizerLoader.Load(folder.Path, new());
        var ids = tokenizer.Encode("A <mask> dog", new() { ParseSpecialTokens = true }).Ids.ToList();
        var at = ids.IndexOf(tokenizer.Count - 1);
        Assert.Equal(tokenizer.Encode("A", new() { AddSpecialTokens = false }).Ids, ids[1..at]);
        Assert.DoesNotContain(tokenizer.Count - 1, tokenizer.Encode("A <mask> dog").Ids);
    }

    [Fact]
    public void TheFirstMBartHasTwentyFiveLanguagesBehindThePiecesAndOneBehindEachText()
    {
        using var folder = new FolderCopy(Repository.Fixture("models", "mbart"), "sentencepiece.bpe.model");
        var (pieces, languages) = (Pieces(folder), Family.All.Single(family => family.Name == "mbart").Languages);
        var defaults = new TokenizerDefaults { Languages = languages, VocabularySize = pieces.Count + 1 + 25 + 1 };
        var tokenizer = TokenizerLoader.Load(folder.Path, defaults);
        Assert.Equal([.. First, .. pieces.Skip(3), .. languages, "<mask>"], Enumerable.Range(0, tokenizer.Count).Select(tokenizer.GetEntry));
        // Of 250 000 pieces, as the published model has them, these are 250 001, 250 004, 250 025 and 250 026.
        Assert.Equal([1, 4, 25, 26], new[] { "ar_AR", "en_XX", "zh_CN", "<mask>" }.Select(entry => tokenizer.TryFind(entry, out var id) ? id - pieces.Count : -1));
        Assert.Equal((25, "en_XX"), (tokenizer.Languages.Count, tokenizer.GetEntry(tokenizer.Encode("A man.").Tokens[^1].Id)));
        Assert.Equal(["</s>", "de_DE"], tokenizer.Encode("A man.", new() { Language = "de" }).Ids.TakeLast(2).Select(tokenizer.GetEntry));

        // With other rows than these, the languages are others, and no id is guessed.
        Assert.Empty(TokenizerLoader.Load(folder.Path, defaults with { VocabularySize = pieces.Count + 1 + 52 + 1 }).Languages);
    }

    [Fact]
    public void LanguagesThatTheFilesNameComeBeforeTheMask()
    {
        using var folder = new FolderCopy(Repository.Fixture("models", "nllb"), "sentencepiece.bpe.model");
        File.WriteAllText(folder["special_tokens_map.json"], """{"mask_token": "<mask>", "additional_special_tokens": ["ace_Arab", "eng_Latn", "zul_Latn"]}""");
        var (tokenizer, pieces) = (TokenizerLoader.Load(folder.Path, new()), Pieces(folder));
        Assert.Equal(["ace_Arab", "eng_Latn", "zul_Latn", "<mask>"], Enumerable.Range(pieces.Count + 1, 4).Select(tokenizer.GetEntry));
        Assert.Equal(["eng_Latn", "</s>"], new[] { tokenizer.Encode("A").Tokens[0], tokenizer.Encode("A").Tokens[^1] }.Select(token => tokenizer.GetEntry(token.Id)));
    }

    private static List<string> Pieces(FolderCopy folder) => [.. SentencePieceModel.Read(folder["sentencepiece.bpe.model"]).Pieces.Select(piece => piece.Text)];
}
