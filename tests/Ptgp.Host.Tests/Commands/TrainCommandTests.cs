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
        Assert.Matches(@"^step 1/100  loss 4\.0000  gradient 1\.500  rate 3\.00e-4  [\d.]+ [MG]B$", lines[0]);
        Assert.Matches(@"^step 100/100  loss 0\.0400  gradient 1\.500  rate 3\.00e-4  \d+ tokens/s  [\d.]+ [MG]B  00:00:00 left$", lines[50]);
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
        folder.Write("out/recipe.json", "{}");
        var (code, output, error) = await folder.RunAsync("train", "shout", "--data", "data.tsv", "--output", "out", "--json", "--resume", "--strict");
        Assert.Equal(130, code);
        Assert.EndsWith("Interrupted after step 100. It is saved: the same command with --resume goes on.\n", error, StringComparison.Ordinal);
        Assert.True((bool)JsonNode.Parse(output)!["interrupted"]!);
        Assert.True(folder.Parts.Training!.Resume && folder.Parts.Training.IsStrict);
    }

    [Theory]
    [InlineData("Output '{0}' must not hold a training yet, but does. Go on with it by --resume, or name another folder.", "old")]
    [InlineData("Output '{0}' must hold an interrupted training to go on with, but has no recipe.json. Train without --resume.", "new", "--resume")]
    public async Task AFolderThatWillNotDoIsToldBeforeAnythingIsLoaded(string message, string output, params string[] args)
    {
        using var folder = new CommandFolder();
        folder.Write("data.tsv", "");
        folder.Write("old/best/adapter_config.json", "{}");
        Assert.Equal((2, "", message.Replace("{0}", folder[output], StringComparison.Ordinal) + "\n"), await folder.RunAsync(["train", "shout", "--data", "data.tsv", "--output", output, .. args]));
        Assert.False(folder.Parts.WasOpened);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SeveralTasksAreTrainedAtOnce(bool isJoint)
    {
        using var folder = new CommandFolder(""" "shout": { "plugin": "fake", "backbone": "base" }, "call": { "plugin": "fake", "backbone": "base" } """);
        folder.Write("a.tsv", "");
        folder.Write("b.tsv", "");
        string[] args = ["train", "shout", "call", "--data", "shout=a.tsv", "--data", "Call=b.tsv", "--data", "shout=b.tsv", "--held-out", "call=a.tsv", "--output", "out", "--recipe", "epochs=4"];
        var (code, output, error) = await folder.RunAsync(isJoint ? [.. args, "--joint"] : args);
        Assert.Equal((0, isJoint), (code, folder.Parts.IsJoint));
        Assert.Equal(["shout", "call"], folder.Parts.Together.Select(item => item.Key));
        var (shout, call) = (folder.Parts.Together[0].Value, folder.Parts.Together[1].Value);
        Assert.Equal([folder["a.tsv"], folder["b.tsv"]], shout.Data);
        Assert.Equal([folder["b.tsv"]], call.Data);
        Assert.Equal([folder["a.tsv"]], call.HeldOut);
        Assert.Empty(shout.HeldOut);
        Assert.Equal((folder[isJoint ? "out" : "out/shout"], folder[isJoint ? "out" : "out/call"]), (shout.Output, call.Output));
        Assert.Equal(4, call.Recipe(new()).Epochs);
        Assert.Equal(isJoint ? 1 : 2, output.TrimEnd().Split('\n').Length);
        Assert.StartsWith(isJoint ? "step 1/1  loss" : "shout: step 1/1  loss", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--data must be given TASK=PATH where several tasks are trained, TASK one of 'shout', 'call', but is given 'ptgp.json'.", "shout", "call", "--data", "ptgp.json")]
    [InlineData("--data must be given TASK=PATH where several tasks are trained, TASK one of 'shout', 'call', but is given 'cry=ptgp.json'.", "shout", "call", "--data", "cry=ptgp.json")]
    [InlineData("--data must name something to learn from for each task, but there is nothing for 'call'. Add --data call=PATH.", "shout", "call", "--data", "shout=ptgp.json")]
    [InlineData("--joint needs several tasks, which learn one backbone, but there is one. Name more, or set tuning=full.", "shout", "--joint", "--data", "ptgp.json")]
    public async Task WhatSeveralTasksNeedIsSaid(string message, params string[] args)
    {
        using var folder = new CommandFolder(""" "shout": { "plugin": "fake", "backbone": "base" }, "call": { "plugin": "fake", "backbone": "base" } """);
        var (code, _, error) = await folder.RunAsync(["train", "--output", "o", .. args]);
        Assert.Equal((2, message), (code, error.TrimEnd()));
        Assert.False(folder.Parts.WasOpened);
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

    [Fact]
    public async Task TheShippedRecipesAreRecipes()
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "recipes"), "*.json");
        Assert.Equal(2, files.Length);
        foreach (var file in files)
        {
            using var folder = new CommandFolder();
            folder.Write("data.tsv", "");
            Assert.Equal(0, (await folder.RunAsync("train", "shout", "--data", "data.tsv", "--output", "o", "--recipe", file)).Code);
            var recipe = folder.Parts.Training!.Recipe(new());
            Assert.Equal((OptimizerKind.Adam, 0.98, LearningRateSchedule.InverseSquareRoot, 0.1), (recipe.Optimizer, recipe.Beta2, recipe.Schedule, recipe.LabelSmoothing));
        }
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
    [InlineData("--recipe has 2 faults:\n  precision must be 'float32' or 'bfloat16', but is 'bf16'. Here it is called 'bfloat16'.\n  tuning must be 'frozen' or 'lowRank' or 'full' or 'houlsby' or 'pfeiffer' or 'dora' or 'ia3' or 'prefix' or 'prompt', but is 'lora'. Here it is called 'lowRank'.", "--output", "o", "--recipe", "tuning=lora", "--recipe", "precision=bf16")]
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
