namespace Ptgp.Host.Tests.Commands;

public sealed class EvaluateCommandTests
{
    [Fact]
    public async Task ScoresAreATable()
    {
        using var folder = new CommandFolder();
        folder.Write("data.tsv", "a\tA\n");
        var (code, output, error) = await folder.RunAsync("evaluate", "shout", "--data", "data.tsv", "--generation", "numBeams=2", "--limit", "5", "--predictions", "p.jsonl");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(
            """
            +---------------------------------------------+
            | metric | score | better | how it is counted |
            |--------+-------+--------+-------------------|
            | bleu   | 41.25 | higher | nrefs:1           |
            | ter    | 30    | lower  |                   |
            | loss   | 0.5   | lower  |                   |
            +---------------------------------------------+
            1 example

            """, output);
        Assert.Equal("{\"input\":\"a\",\"predicted\":\"A\",\"expected\":{\"é\":1}}\n", File.ReadAllText(folder["p.jsonl"]));
        Assert.Equal((folder["data.tsv"], 5, 2), (Assert.Single(folder.Parts.Evaluation!.Data), folder.Parts.Evaluation.Limit, folder.Parts.Evaluation.Generation.NumBeams));
        Assert.Equal(2, folder.Parts.OpenedFor!.NumBeams);
    }

    [Fact]
    public async Task ScoresAreJsonForScripts()
    {
        using var folder = new CommandFolder();
        folder.Write("data.tsv", "");
        Assert.Equal((0, """{"task":"shout","examples":1,"metrics":{"bleu":41.25,"ter":30},"loss":0.5,"signatures":{"bleu":"nrefs:1"}}""" + "\n", ""),
            await folder.RunAsync("evaluate", "shout", "--data", "data.tsv", "--json"));
    }

    [Fact]
    public async Task APatternForSeveralFilesIsLeftToTheAdapter()
    {
        using var folder = new CommandFolder();
        Assert.Equal(0, (await folder.RunAsync("evaluate", "shout", "--data", "test.{en,de}")).Code);
        Assert.Equal(folder["test.{en,de}"], Assert.Single(folder.Parts.Evaluation!.Data));
    }

    [Theory]
    [InlineData("--data must name a file or folder, but there is nothing at 'HERE/no.tsv'.", "--data", "no.tsv")]
    [InlineData("--limit must be at least 1, but is 0.", "--data", "ptgp.json", "--limit", "0")]
    [InlineData("Option '--data' is required.\nSee 'ptgp evaluate --help'.")]
    public async Task WrongUsageIsFoundBeforeAnythingIsLoaded(string message, params string[] args)
    {
        using var folder = new CommandFolder();
        Assert.Equal((2, "", message.Replace("HERE", folder.Path, StringComparison.Ordinal) + "\n"), await folder.RunAsync(["evaluate", "shout", .. args]));
        Assert.False(folder.Parts.WasOpened);
    }
}
