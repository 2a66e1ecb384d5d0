using Ptgp.Backbone.Tokenization;
using Ptgp.Backbone.Tokenization.Training;
using Ptgp.Tests;

namespace Ptgp.Backbone.Tests.Tokenization.Training;

public class TokenizerTrainingTests
{
    private static readonly string[] texts = ["A tokenizer cuts  text into tokens.", "ﬁles, ﬂoats and \"quotes\"", "", "  ", "\tno tabs\u00A0left ", "日本", "for for former forms"];

    public static TheoryData<string, PieceModelKind> Layouts => new(
        from layout in TokenizerLayout.All
        from kind in Enum.GetValues<PieceModelKind>()
        where kind == PieceModelKind.BytePair || !layout.IsOfBytes
        select (layout.Name, kind));

    [Theory]
    [MemberData(nameof(Layouts))]
    public void TextComesBackAsItWasNormalized(string layout, PieceModelKind kind)
    {
        using var folder = new TemporaryFolder();
        var recipe = Recipe(layout) with { Kind = kind };
        var tokenizer = Train(folder, "made", recipe);
        var isOfBytes = recipe.Layout.IsOfBytes;
        Assert.Equal(kind == PieceModelKind.Unigram ? "unigram" : "byte-pair", TokenizerKind.Of(tokenizer));
        Assert.Equal(recipe.Size + (layout == "t5" ? 100 : layout == "marian" ? 1 : 0), tokenizer.Count);
        foreach (var text in texts.Where(text => text != "日本"))
        {
            var ids = tokenizer.Encode(text).Ids.ToArray();
            var folded = string.Join(' ', text.Normalize().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Replace("ﬁ", "fi", StringComparison.Ordinal).Replace("ﬂ", "fl", StringComparison.Ordinal);
            Assert.Equal(isOfBytes ? text : folded, tokenizer.Decode(ids));
            Assert.True(ids.Length < 5 + (0.75 * text.Length), $"'{text}' must become fewer tokens than characters, but became {ids.Length}.");
        }
    }

    [Theory]
    [InlineData("t5", PieceModelKind.Unigram)]
    [InlineData("t5", PieceModelKind.BytePair)]
    [InlineData("llama", PieceModelKind.BytePair)]
    [InlineData("llama", PieceModelKind.Unigram)]
    [InlineData("gpt2", PieceModelKind.BytePair)]
    public void TheModelsOwnFilesAreReadAsItsTokenizerJsonIs(string layout, PieceModelKind kind)
    {
        using var folder = new TemporaryFolder();
        var tokenizer = Train(folder, "made", Recipe(layout) with { Kind = kind, Symbols = ["<sep>"] });
        File.Delete(folder["made/tokenizer.json"]);
        var other = TokenizerLoader.Load(folder["made"], new());
        Assert.Equal((tokenizer.Count, tokenizer.EndId, tokenizer.PadId), (other.Count, other.EndId, other.PadId));
        foreach (var text in Lines().Concat(texts).Append("one<sep>two"))
        {
            Assert.Equal(tokenizer.Encode(text).Ids, other.Encode(text).Ids);
        }
    }

    [Fact]
    public void TheSameTextGivesTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        foreach (var layout in TokenizerLayout.All)
        {
            Train(folder, "one", Recipe(layout.Name));
            Train(folder, "other", Recipe(layout.Name));
            foreach (var file in Directory.EnumerateFiles(folder["one"]))
            {
                Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(folder["other"], Path.GetFileName(file))));
            }
        }
    }

    [Fact]
    public void WhatIsNotCoveredIsUnknownOrBytes()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Write("rare.txt", string.Join('\n', Lines()) + "\n日\n");
        var recipe = Recipe("t5") with { CharacterCoverage = 0.999 };
        Assert.Contains(2, TokenizerTraining.Train(recipe, File.ReadLines(text), folder["made"], _ => { }, TestContext.Current.CancellationToken).Encode("日").Ids);
        Assert.DoesNotContain(2, TokenizerTraining.Train(recipe with { CharacterCoverage = 1 }, File.ReadLines(text), folder["whole"], _ => { }, TestContext.Current.CancellationToken).Encode("日").Ids);
        var bytes = TokenizerTraining.Train(recipe with { Size = 700, HasByteFallback = true }, File.ReadLines(text), folder["bytes"], _ => { }, TestContext.Current.CancellationToken);
        var ids = bytes.Encode("日").Ids;
        Assert.Equal("日", bytes.Decode(ids));
        Assert.Contains("<0xE6>", ids.Select(bytes.GetEntry));
    }

    [Theory]
    [InlineData("marian")]
    [InlineData("t5")]
    [InlineData("gpt2")]
    [InlineData("bert")]
    public void ASymbolIsATokenWhereverItStands(string layout)
    {
        using var folder = new TemporaryFolder();
        var tokenizer = Train(folder, "made", Recipe(layout) with { Symbols = ["zer cu", "<tl;dr>"] });
        var entries = tokenizer.Encode("A tokenizer cuts <tl;dr>text").Ids.Select(tokenizer.GetEntry).ToList();
        Assert.Contains("<tl;dr>", entries);
        Assert.Contains("zer cu", entries);
    }

    [Theory]
    [InlineData("A tokenizer of these texts must have [0-9]+ pieces at least, [0-9]+ of them for single characters, but 20 are asked for. Ask for more, or for less coverage of characters.", "t5", 20)]
    [InlineData("These texts give [0-9]+ pieces at most, but 90000 are asked for. Ask for no more, or give more text.", "t5", 90000)]
    [InlineData("These texts give [0-9]+ pieces at most, but 90000 are asked for. Ask for no more, or give more text.", "gpt2", 90000)]
    [InlineData("A tokenizer of these texts must have 257 pieces at least, 256 of them for single characters, but 256 are asked for. Ask for more.", "gpt2", 256)]
    public void ASizeThatCannotBeIsRefused(string message, string layout, int size)
    {
        using var folder = new TemporaryFolder();
        var fault = Assert.Throws<ArgumentException>(() => Train(folder, "made", Recipe(layout) with { Size = size }));
        Assert.Matches($"^{message}$", fault.Message);
        Assert.False(Directory.Exists(folder["made"]));
    }

    [Fact]
    public void WhatALayoutCannotHaveIsRefused()
    {
        using var folder = new TemporaryFolder();
        Assert.StartsWith("A tokenizer of layout 'gpt2' is byte pairs", Fault(Recipe("gpt2") with { Kind = PieceModelKind.Unigram }), StringComparison.Ordinal);
        Assert.StartsWith("A tokenizer of layout 'gpt2' is made of bytes", Fault(Recipe("gpt2") with { HasByteFallback = true }), StringComparison.Ordinal);
        Assert.StartsWith("A tokenizer of layout 'marian' numbers its pieces", Fault(Recipe("marian") with { HasByteFallback = true }), StringComparison.Ordinal);
        Assert.Equal("A symbol must be a text that is no special token, but '</s>' is one of them or empty.", Fault(Recipe("t5") with { Symbols = ["</s>"] }));
        Assert.Equal("The coverage of characters must be above 0 and at most 1, but is 1.5.", Fault(Recipe("t5") with { CharacterCoverage = 1.5 }));
        Assert.Equal("There must be text to train a tokenizer from, but there is none.", Assert.Throws<InvalidDataException>(() => TokenizerTraining.Train(Recipe("t5"), ["", " "], folder["made"], _ => { }, TestContext.Current.CancellationToken)).Message);

        string Fault(TokenizerRecipe recipe) => Assert.Throws<ArgumentException>(() => Train(folder, "made", recipe)).Message;
    }

    [Fact]
    public void AStoppedTrainingWritesNothing()
    {
        using var folder = new TemporaryFolder();
        using var stopping = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => TokenizerTraining.Train(Recipe("t5"), Lines(), folder["made"], _ => stopping.Cancel(), stopping.Token));
        Assert.Empty(folder.Names);
    }

    private static TokenizerRecipe Recipe(string layout) => new(TokenizerLayout.Find(layout)!) { Size = layout is "gpt2" or "llama" ? 700 : 500, CharacterCoverage = 1 };

    private static ITokenizer Train(TemporaryFolder folder, string name, TokenizerRecipe recipe) => TokenizerTraining.Train(recipe, Lines(), folder[name], _ => { }, TestContext.Current.CancellationToken);

    private static string[] Files() => [Path.Combine(Repository.Root, "docs", "tokenizers.md"), Path.Combine(Repository.Root, "LICENSE")];

    private static IEnumerable<string> Lines() => Files().SelectMany(File.ReadLines);
}
