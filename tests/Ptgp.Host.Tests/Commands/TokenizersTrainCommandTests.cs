using System.Text;
using Ptgp.Backbone;

namespace Ptgp.Host.Tests.Commands;

public sealed class TokenizersTrainCommandTests
{
    private const string Text = "the cat sat on the mat and the rat sat on the cat\nthat rat ate the mat the cat sat on\n";

    [Fact]
    public async Task ABackboneCanBeMadeAroundATokenizerFromTextAlone()
    {
        using var folder = new CommandFolder();
        folder.Write("text.txt", Text);
        var (code, output, error) = await folder.RunAsync("tokenizers", "train", "text.txt", "--layout", "tiny", "--size", "18", "--output", "tokens");
        Assert.Equal((0, folder["tokens"] + "\n"), (code, output));
        Assert.Matches(@"'.*/tokens' is there: a unigram model of 19 tokens in the layout 'marian', after [0-9.]+ s\.\n$", error);
        Assert.Equal(0, (await folder.RunAsync("models", "new", "--shape", "tiny", "--tokenizer", "tokens", "--output", "made")).Code);
        var made = CheckpointFolder.Open(folder["made"]);
        Assert.Equal((19, 0, 18), (made.Config.Vocabulary, made.Config.EndId, made.Config.PadId));
        var tokenizer = made.LoadTokenizer();
        Assert.Equal("the cat ate the rat", tokenizer.Decode(tokenizer.Encode("the cat ate the rat").Ids));
    }

    [Theory]
    [InlineData("--layout must be one of marian, t5, llama, gpt2, bert, but is 'mariam'. Did you mean 'marian'?", "text.txt", "--layout", "mariam")]
    [InlineData("--kind must be one of unigram, bpe, but is 'bep'. Did you mean 'bpe'?", "text.txt", "--layout", "t5", "--kind", "bep")]
    [InlineData("--normalization must be one of nmt_nfkc, none, but is 'nfd'.", "text.txt", "--layout", "t5", "--normalization", "nfd")]
    public async Task WrongUsageWritesNothing(string message, params string[] args)
    {
        using var folder = new CommandFolder();
        folder.Write("text.txt", Text);
        Assert.Equal((2, "", message + "\n"), await folder.RunAsync(["tokenizers", "train", "--output", "made", .. args]));
        Assert.False(Directory.Exists(folder["made"]));
    }

    [Fact]
    public async Task AFileThatIsNotThereIsNamed()
    {
        using var folder = new CommandFolder();
        Assert.Equal((2, "", $"FILE must name a text file, but there is none at '{folder["text.txt"]}'.\n"), await folder.RunAsync("tokenizers", "train", "text.txt", "--layout", "t5", "--output", "made"));
    }

    [Theory]
    [InlineData("The coverage of characters must be above 0 and at most 1, but is 5.", "--coverage", "5")]
    [InlineData("A tokenizer of these texts must have 5 pieces at least, 2 of them for single characters, but 4 are asked for. Ask for more, or for less coverage of characters.", "--size", "4")]
    public async Task AValueThatWillNotDoIsWrongUsage(string message, params string[] args)
    {
        using var folder = new CommandFolder();
        folder.Write("text.txt", "a a a\n");
        Assert.Equal((2, "", message + "\n"), await folder.RunAsync(["tokenizers", "train", "text.txt", "--layout", "t5", "--output", "made", .. args]));
        Assert.False(Directory.Exists(folder["made"]));
    }

    [Theory]
    [InlineData("a\nb\u00E4\n", "latin1", "(2): a text file must be UTF-8, but the byte 0xE4 at position 2 of this line, offset 3 of the file, is none. Save it as UTF-8.")]
    [InlineData("a\n", "utf-16", "(1): a text file must be UTF-8, but this one is UTF-16. Save it as UTF-8.")]
    public async Task TextThatIsNotUtf8IsRefusedByItsPlace(string text, string encoding, string message)
    {
        using var folder = new CommandFolder();
        File.WriteAllText(folder["text.txt"], text, Encoding.GetEncoding(encoding));
        Assert.Equal((1, "", folder["text.txt"] + message + "\n"), await folder.RunAsync("tokenizers", "train", "text.txt", "--layout", "t5", "--output", "made"));
        Assert.False(Directory.Exists(folder["made"]));
    }
}
