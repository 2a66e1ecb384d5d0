using System.Text.Json;
using Ptgp.Backbone;

namespace Ptgp.Host.Tests.Commands;

public sealed class TokenizersEncodeCommandTests
{
    [Fact]
    public async Task TheIdsAreThoseThatTheTextIsWrittenWith()
    {
        using var folder = new CommandFolder();
        var marian = Repository.Fixture("models", "marian-split");
        var tokenizer = CheckpointFolder.Open(marian).LoadTokenizer();
        foreach (var (isTarget, options) in ((bool, string[])[])[(true, []), (false, ["--source"])])
        {
            var (code, output, error) = await folder.RunAsync(["tokenizers", "encode", marian, "Ein Hund", "läuft", .. options]);
            Assert.Equal((0, ""), (code, error));
            var lines = output.TrimEnd('\n').Split('\n').Select(line => line.Split('\t')).ToArray();
            Assert.Equal(2, lines.Length);
            Assert.Equal(tokenizer.Encode("Ein Hund", new() { IsTarget = isTarget, AddSpecialTokens = false }).Ids, JsonSerializer.Deserialize<int[]>(lines[0][0])!);
            Assert.Equal(string.Join(' ', JsonSerializer.Deserialize<int[]>(lines[1][0])!.Select(tokenizer.GetEntry)), lines[1][1]);
        }

        var (_, framed, _) = await folder.RunAsync("tokenizers", "encode", marian, "Ein Hund", "--special");
        Assert.Contains(tokenizer.EndId, JsonSerializer.Deserialize<int[]>(framed.Split('\t')[0])!);
    }

    [Fact]
    public async Task AMisspeltOptionIsNoText()
    {
        using var folder = new CommandFolder();
        var marian = Repository.Fixture("models", "marian-split");
        var (code, output, error) = await folder.RunAsync("tokenizers", "encode", marian, "Hund", "--sourc");
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("An option must be one that 'ptgp tokenizers encode --help' names, but is '--sourc'. Did you mean '--source'?", error, StringComparison.Ordinal);
        Assert.Equal(0, (await folder.RunAsync("tokenizers", "encode", marian, "--", "--sourc")).Code);
    }

    [Fact]
    public async Task WhereThereIsNoCheckpointThatIsSaid()
    {
        using var folder = new CommandFolder();
        var (code, output, error) = await folder.RunAsync("tokenizers", "encode", "none", "a");
        Assert.Equal((1, ""), (code, output));
        Assert.Contains(folder["none"], error, StringComparison.Ordinal);
    }
}
