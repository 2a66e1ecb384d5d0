using System.Text.Json.Nodes;
using Ptgp.Backbone;

namespace Ptgp.Host.Tests.Commands;

public sealed class ModelsNewCommandTests
{
    [Fact]
    public async Task ACheckpointIsWrittenAndItsPathIsTheResult()
    {
        using var folder = new CommandFolder();
        var tokenizer = Repository.Fixture("models", "marian");
        var (code, output, error) = await folder.RunAsync("models", "new", "--shape", "tiny", "--output", "made", "--tokenizer", tokenizer, "--seed", "5");
        Assert.Equal((0, folder["made"] + "\n"), (code, output));
        Assert.Matches(@"^'.*/made' is there: the original Transformer for data of Multi30k's size: 3\+3 layers, width 256; 4 [0-9]{3} [0-9]{3} parameters, drawn from seed 5\.\n$", error);
        var found = JsonNode.Parse((await folder.RunAsync("models", "inspect", "made", "--json")).Out)!;
        Assert.Equal(("marian", "unigram", 3, 0, 0), ((string?)found["family"], (string?)found["tokenizer"], (int)found["encoderLayers"]!, found["missing"]!.AsArray().Count, found["odd"]!.AsArray().Count));
        (code, output, error) = await folder.RunAsync("models", "new", "--shape", "tiny", "--output", "made", "--tokenizer", tokenizer);
        Assert.Equal((2, "", $"--output must name a folder that is empty or not there, but '{folder["made"]}' holds something. Name another, or remove it.\n"), (code, output, error));
    }

    [Fact]
    public async Task WithoutATokenizerItIsSaidWhatIsNeeded()
    {
        using var folder = new CommandFolder();
        var (code, output, error) = await folder.RunAsync("models", "new", "--shape", "GPT2-mini", "--output", "made", "--vocabulary", "64");
        Assert.Equal((0, folder["made"] + "\n"), (code, output));
        Assert.EndsWith(
            "It has no tokenizer yet. Before a task uses it, put the files of one there that has at most 64 tokens, of which 63 ends a text: tokenizer.json, or those that the family gpt2 has.\n",
            error, StringComparison.Ordinal);
        Assert.Equal(64, CheckpointFolder.Open(folder["made"]).Config.Vocabulary);
    }

    [Theory]
    [InlineData("'ptgp models new' must be told what the backbone reads: --tokenizer FOLDER, whose tokenizer is copied, or --vocabulary N, for one that you add later.", "--shape", "tiny")]
    [InlineData("'ptgp models new' takes --tokenizer or --vocabulary, but both are given.", "--shape", "tiny", "--vocabulary", "9", "--tokenizer", "model")]
    [InlineData("--vocabulary must be at least 4, but is 3.", "--shape", "tiny", "--vocabulary", "3")]
    [InlineData("--shape must be one of vaswani-base, vaswani-big, tiny, transformer-tiny, t5-small, t5-tiny, t5-captions, t5-micro, gpt2, gpt2-mini, bert-base, bert-mini, but is 'tinny'. Did you mean 'tiny'?", "--shape", "tinny")]
    public async Task WrongUsageWritesNothing(string message, params string[] args)
    {
        using var folder = new CommandFolder();
        Assert.Equal((2, "", message + "\n"), await folder.RunAsync(["models", "new", "--output", "made", .. args]));
        Assert.False(Directory.Exists(folder["made"]));
    }
}
