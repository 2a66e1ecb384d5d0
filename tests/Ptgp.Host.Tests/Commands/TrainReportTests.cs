using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Host.Commands;
using Ptgp.Host.Training.Reports;
using Ptgp.Tests;

namespace Ptgp.Host.Tests.Commands;

/// <summary>What <c>ptgp train</c> leaves for people to look at, and what it says before, on a small random checkpoint.</summary>
public sealed class TrainReportTests : IDisposable
{
    private static readonly string Plugins = Path.Combine(Repository.BuiltHost, "plugins");

    private readonly TemporaryFolder folder = new();

    public TrainReportTests()
    {
        folder.Write("ptgp.json", new JsonObject
        {
            ["plugins"] = new JsonObject { ["folders"] = new JsonArray(Plugins) },
            ["backbones"] = new JsonObject { ["base"] = new JsonObject { ["checkpoint"] = Repository.Fixture("models", "bart"), ["threads"] = 1 } },
            ["tasks"] = new JsonObject { ["tldr"] = new JsonObject { ["plugin"] = "summarization", ["backbone"] = "base", ["generation"] = new JsonObject { ["numBeams"] = 1, ["maxNewTokens"] = 6 } } },
        }.ToJsonString());
        folder.Write("train.jsonl", Lines(12));
        folder.Write("val.jsonl", Lines(7));
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task ATrainingLeavesAReportCurvesAndEvents()
    {
        var (code, _, error) = await RunAsync("train", "tldr", "--data", "train.jsonl", "--held-out", "val.jsonl", "--output", "run", "--recipe", "maxSteps=4", "--recipe", "evaluateEvery=2", "--recipe", "batchSize=4", "--recipe", "accumulation=1");
        Assert.True(code == 0, error);
        Assert.Matches(@"step 2/4  loss .* \d+ tokens/s  [\d.]+ [MG]B", error);
        var report = await File.ReadAllTextAsync(folder["run/report.md"], TestContext.Current.CancellationToken);
        Assert.StartsWith("# Training of tldr\n\n4 steps, ", report, StringComparison.Ordinal);
        Assert.Contains("| rouge1 | ", report, StringComparison.Ordinal);
        Assert.Contains("\n| 2 | ", report, StringComparison.Ordinal);
        Assert.Contains("\n| 4 | ", report, StringComparison.Ordinal);
        Assert.Contains("- learned from `train.jsonl`", report, StringComparison.Ordinal);
        Assert.Contains("\"evaluateEvery\": 2", report, StringComparison.Ordinal);
        Assert.Equal(SampleAnswers.Count, report.Split("- after: `").Length - 1);
        Assert.Equal(SampleAnswers.Count, report.Split("- before: `").Length - 1);
        Assert.DoesNotContain("epochs", report, StringComparison.Ordinal);
        Assert.Equal("89504E470D0A1A0A", Convert.ToHexString((await File.ReadAllBytesAsync(folder["run/curves.png"], TestContext.Current.CancellationToken)).AsSpan(0, 8)));
        var events = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(folder["run/tensorboard"])), TestContext.Current.CancellationToken));
        Assert.All(["train/loss", "train/learningRate", "heldOut/rouge1", "heldOut/loss"], tag => Assert.Contains(tag, events, StringComparison.Ordinal));

        var history = TrainingHistory.Read(folder["run/metrics.jsonl"]);
        Assert.Equal([1, 2, 3, 4], history.Steps.Select(step => step.Step));
        Assert.Equal([2, 4], history.Evaluations.Select(evaluation => evaluation.Step));

        // The answers of the best evaluation are there to be compared.
        Assert.Equal(7, (await File.ReadAllLinesAsync(folder["run/best/predictions.jsonl"], TestContext.Current.CancellationToken)).Length);
        var (compared, said, fault) = await RunAsync("compare", "run", "run/best/predictions.jsonl", "--metric", "rouge", "--samples", "20", "--json");
        Assert.True(compared == 0, fault);
        Assert.Equal(7, (int?)JsonNode.Parse(said)!["examples"]);
    }

    [Fact]
    public async Task ADryRunSaysWhatATrainingTakesAndWritesNothing()
    {
        var (code, output, error) = await RunAsync("train", "tldr", "--data", "train.jsonl", "--dry-run", "--recipe", "batchSize=4", "--recipe", "epochs=50", "--recipe", "accumulation=1", "--json");
        Assert.True(code == 0, error);
        var found = JsonNode.Parse(output)!;
        Assert.Equal((150, true), ((int)found["steps"]!, (double)found["secondsPerStep"]! > 0));
        Assert.Equal((double)found["secondsPerStep"]! * 150, (double)found["seconds"]!, 6);
        Assert.True((long)found["peakMemoryBytes"]! > 10_000_000 && (long)found["checkpointBytes"]! > 1000);
        Assert.Equal(3, Directory.GetFileSystemEntries(folder.Path).Length);
        Assert.Contains("150 steps of about ", (await RunAsync("train", "tldr", "--data", "train.jsonl", "--dry-run", "--recipe", "batchSize=4", "--recipe", "epochs=50", "--recipe", "accumulation=1")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALearningRateIsLookedForFromLowToHigh()
    {
        var (code, output, error) = await RunAsync("train", "tldr", "--data", "train.jsonl", "--find-lr", "--output", "rates", "--recipe", "batchSize=4", "--recipe", "accumulation=1", "--json");
        Assert.True(code == 0, error);
        var found = JsonNode.Parse(output)!;
        var rates = found["points"]!.AsArray().Select(point => (double)point!["learningRate"]!).ToList();
        Assert.Equal((1e-7, true), (rates[0], rates.Count > 20));
        Assert.All(rates.Zip(rates.Skip(1)), pair => Assert.True(pair.First < pair.Second));
        Assert.InRange((double)found["lowest"]!, rates[rates.Count / 10], rates[^1]);
        Assert.True(found["suggested"] is not { } suggested || rates[rates.Count / 10] <= (double)suggested && (double)suggested <= (double)found["lowest"]!);
        Assert.Equal(found["suggested"] is not null, (double)found["fall"]! > (double)found["needed"]!);
        Assert.Equal(["learning-rates.png"], Directory.GetFiles(folder["rates"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task ASweepTrainsOnceForEachChoiceAndRanksThem()
    {
        var (code, output, error) = await RunAsync("train", "tldr", "--data", "train.jsonl", "--held-out", "val.jsonl", "--output", "sweep", "--recipe", "maxSteps=2", "--recipe", "accumulation=1", "--sweep", "learningRate=1e-4,1e-2", "--sweep", "rank=2", "--json");
        Assert.True(code == 0, error);
        var runs = JsonNode.Parse(output)!.AsArray();
        Assert.Equal(["learningRate=1e-2,rank=2", "learningRate=1e-4,rank=2"], Directory.GetDirectories(folder["sweep"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(2, runs.Count);
        var scores = runs.Select(run => (double)run!["result"]!["best"]!["metrics"]!["rouge1"]!).ToList();
        Assert.True(scores[0] >= scores[1]);
        Assert.Equal(2, (int)JsonNode.Parse(await File.ReadAllTextAsync(folder["sweep/learningRate=1e-2,rank=2/recipe.json"], TestContext.Current.CancellationToken))!["rank"]!);
    }

    [Theory]
    [InlineData("'ptgp train' must be told where to save: --output FOLDER.")]
    [InlineData("--sweep must be KEY=VALUE,VALUE…, such as learningRate=1e-4,3e-4, but is 'rank'.", "--output", "o", "--sweep", "rank")]
    [InlineData("--sweep must name each key once, but names 'rank' again. Put all its values behind one: rank=VALUE,VALUE….", "--output", "o", "--sweep", "rank=1", "--sweep", "rank=2")]
    [InlineData("--recipe has a fault:\n  rank must be from 1 to 256, but is 0.", "--output", "o", "--sweep", "rank=1,0")]
    [InlineData("--dry-run and --find-lr begin anew and throw away what they learn, so that there is nothing to go on with: leave out --resume.", "--dry-run", "--resume")]
    [InlineData("--dry-run and --find-lr try one training, but there is a --sweep. Try each by itself.", "--dry-run", "--sweep", "rank=1,2")]
    public async Task WrongUsageIsFoundBeforeAnythingIsLoaded(string message, params string[] args)
    {
        var (code, _, error) = await RunAsync(["train", "tldr", "--data", "train.jsonl", .. args]);
        Assert.Equal((2, message + "\n"), (code, error));
    }

    // The backbone is announced when its weights are read.
    [Theory]
    [InlineData(1, "Data 'HERE/empty.jsonl' must hold at least one example, but holds none.", "--held-out", "empty.jsonl")]
    [InlineData(1, "Data 'HERE/empty.jsonl' must hold at least one example, but holds none.", "--held-out", "val.jsonl", "--held-out", "empty.jsonl", "--dry-run")]
    [InlineData(1, "Data 'HERE/empty.jsonl' must hold at least one example, but holds none.", "--data", "empty.jsonl")]
    [InlineData(2, "Plugin 'summarization' cannot tell the format of 'HERE/ptgp.json' from its name.", "--held-out", "ptgp.json")]
    [InlineData(2, "A recipe's targets must be projections of the backbone, but it has none called 'query'. It has 'down', 'k', 'o', 'q', 'up', 'v'.", "--recipe", "targets=query")]
    public async Task WhatDataAndRecipeLackIsSaidBeforeWeightsAreRead(int ends, string message, params string[] args)
    {
        folder.Write("empty.jsonl", "");
        var (code, output, error) = await RunAsync(["train", "tldr", "--data", "train.jsonl", "--output", "none", .. args]);
        Assert.Equal((ends, ""), (code, output));
        Assert.StartsWith(message.Replace("HERE", folder.Path, StringComparison.Ordinal), error, StringComparison.Ordinal);
        Assert.DoesNotContain("base: cpu", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["none"]));
    }

    [Fact]
    public async Task WhatATrainingBeginsFromAndLeavesUnreadIsSaidOnce()
    {
        Directory.CreateDirectory(folder["standing"]);
        var (code, _, error) = await RunAsync("train", "tldr", "--set", "tasks:tldr:adapter=standing", "--data", "train.jsonl", "--held-out", "val.jsonl", "--output", "run", "--recipe", "maxSteps=1", "--recipe", "tuning=full", "--recipe", "lowRankDropout=0.1");
        Assert.True(code == 0, error);
        var lines = error.Split('\n');
        Assert.Single(lines, line => line.StartsWith("base: cpu", StringComparison.Ordinal));
        Assert.Single(lines, $"Task 'tldr' begins from backbone 'base' as it is: what tasks:tldr:adapter names, '{folder["standing"]}', is not read.");
        Assert.Single(lines, "Warning: lowRankDropout is 0.1, but tuning 'full' has no low-rank deltas, so that it changes nothing. Choose 'lowRank' or 'dora', or leave it out.");
    }

    private static string Lines(int count) => string.Concat(Enumerable.Range(0, count).Select(i =>
        JsonSerializer.Serialize(new { text = $"Number {i} is a number. It is {(i % 2 == 0 ? "even" : "odd")}.", summary = $"Number {i} is {(i % 2 == 0 ? "even" : "odd")}." }) + "\n"));

    private async Task<(int Code, string Out, string Error)> RunAsync(params string[] args)
    {
        using StringWriter error = new() { NewLine = "\n" };
        using MemoryStream output = new();
        CommandContext context = new()
        {
            Parts = new HostParts(),
            In = new MemoryStream(),
            Out = new StreamWriter(output, new UTF8Encoding(false)) { NewLine = "\n" },
            Error = error,
            Log = new ConsoleLog(error, isVerbose: false),
            WorkingFolder = folder.Path,
        };
        var code = await CommandLine.RunAsync(args, context, TestContext.Current.CancellationToken);
        return (code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
