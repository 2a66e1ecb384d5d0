using System.Text.Json.Nodes;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Tests.Commands;

public sealed class TrainCommandTests
{
    [Fact]
    public async Task ATrainingSaysHowItGoesOnAndWhatCameOfIt()
    {
        using var folder = new CommandFolder();
        folder.Write("data.tsv", "");
        var (code, output, error) = await folder.RunAsync("train", "shout", "--data", "data.tsv", "--held-out", "data.tsv", "--output", "runs/a", "--recipe", "tuning=full", "--recipe", "maxSteps=100");

        Assert.Equal((0, $"100 steps, 12345 parameters trained, saved in '{folder["runs/a"]}'. Best after step 100: bleu 12.5.\n"), (code, output));
        var lines = error.TrimEnd().Split('\n');
        Assert.Equal(52, lines.Length);
        Assert.Equal("step 1/100  loss 4.0000  gradient 1.500  rate 3.00e-4", lines[0]);
        Assert.Matches(@"^step 100/100  loss 0\.0400  gradient 1\.500  rate 3\.00e-4  00:00:00 left$", lines[50]);
        Assert.Equal("evaluation after step 100: bleu 12.5 (best)", lines[51]);
        var request = folder.Parts.Training!;
        var plugins = new FineTuningRecipe { Epochs = 7 };
        Assert.Equal(plugins with { Tuning = BackboneTuning.Full, MaxSteps = 100 }, request.Recipe(plugins));
        Assert.Equal((TaskUse.Training, folder["runs/a"], false), (folder.Parts.Use, request.Output, request.Resume));
        Assert.False(Directory.Exists(folder["runs"]));
    }

    [Fact]
    public async Task AnInterruptedTrainingSaysHowToGoOn()
    {
        using var folder = new CommandFolder { Parts = new() { InterruptsTraining = true } };
        folder.Write("data.tsv", "");
        var (code, output, error) = await folder.RunAsync("train", "shout", "--data", "data.tsv", "--output", "out", "--json", "--resume", "--strict");
        Assert.Equal(130, code);
        Assert.EndsWith("Interrupted after step 100. It is saved: the same command with --resume goes on.\n", error, StringComparison.Ordinal);
        Assert.True((bool)JsonNode.Parse(output)!["interrupted"]!);
        Assert.True(folder.Parts.Training!.Resume && folder.Parts.Training.IsStrict);
    }

    [Fact]
    public async Task ARecipeCanBeAFileOverWhichKeysStand()
    {
        using var folder = new CommandFolder();
        folder.Write("data.tsv", "");
        folder.Write("base.json", """{ "epochs": 5, "rank": 3, "tokensPerBatch": 2048, "targets": ["q", "o"] } // comments are allowed""");
        folder.Write("more.json", """{ "rank": 4, "maxSteps": null }""");
        var (code, _, _) = await folder.RunAsync("train", "shout", "--data", "data.tsv", "--output", "o", "--recipe", "epochs=9", "--recipe", "base.json", "--recipe", "more.json");
        Assert.Equal(0, code);
        var recipe = folder.Parts.Training!.Recipe(new() { Rank = 1, Alpha = 5 });
        Assert.Equal((9, 4, 5.0, 2048, null), (recipe.Epochs, recipe.Rank, recipe.Alpha, recipe.TokensPerBatch, recipe.MaxSteps));
        Assert.Equal(["q", "o"], recipe.Targets);
    }

    [Theory]
    [InlineData("{ \"epochs\": 5,\n  rank: 3 }", "HERE/r.json(2,3): the file must be JSON, where comments and trailing commas are allowed, but: ")]
    [InlineData("[1]", "HERE/r.json: the file must hold one JSON object with each key but once, whatever its case, but: ")]
    [InlineData("{ \"epoch\": 5, \"rank\": 900 }", "HERE/r.json has 2 faults:\n  epoch is not known. Did you mean 'epochs'?\n  rank must be from 1 to 256, but is 900.")]
    [InlineData(null, "--recipe must be given key=value or a file of JSON, but is given 'r.json', and there is nothing at 'HERE/r.json'.")]
    public async Task AFaultOfARecipesFileIsFoundWhereItIs(string? content, string message)
    {
        using var folder = new CommandFolder();
        if (content is not null)
        {
            folder.Write("r.json", content);
        }

        var (code, _, error) = await folder.RunAsync("train", "shout", "--data", "ptgp.json", "--output", "o", "--recipe", "r.json");
        Assert.Equal(2, code);
        Assert.StartsWith(message.Replace("HERE", folder.Path, StringComparison.Ordinal), error, StringComparison.Ordinal);
        Assert.False(folder.Parts.WasOpened);
    }

    [Theory]
    [InlineData("--recipe has 2 faults:\n  tuning must be 'frozen' or 'lowRank' or 'full' or 'houlsby' or 'pfeiffer' or 'dora' or 'ia3' or 'prefix' or 'prompt', but is 'ful'. Did you mean 'full'?\n  epoch is not known. Did you mean 'epochs'?", "--output", "o", "--recipe", "tuning=ful", "--recipe", "epoch=1")]
    [InlineData("--recipe has a fault:\n  learningRate must be above 0 and at most 1, but is 0.", "--output", "o", "--recipe", "learningRate=0")]
    [InlineData("--output must name a folder, but there is a file at 'HERE/ptgp.json'.", "--output", "ptgp.json/x")]
    [InlineData("--held-out must name a file or folder, but there is nothing at 'HERE/no'.", "--output", "o", "--held-out", "no")]
    public async Task WrongUsageIsFoundBeforeAnythingIsLoaded(string message, params string[] args)
    {
        using var folder = new CommandFolder();
        var (code, output, error) = await folder.RunAsync(["train", "shout", "--data", "ptgp.json", .. args]);
        Assert.Equal((2, ""), (code, output));
        Assert.Equal(Sorted(message.Replace("HERE", folder.Path, StringComparison.Ordinal)), Sorted(error.TrimEnd()));
        Assert.False(folder.Parts.WasOpened);
    }

    private static IEnumerable<string> Sorted(string text) => text.Split('\n').Order(StringComparer.Ordinal);
}
