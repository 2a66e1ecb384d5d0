using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Host.Commands;
using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Tests.Tasks;

/// <summary>Summarization as the host runs it, on small random checkpoints of several families: what they write means nothing, but how it comes about does.</summary>
public sealed class SummarizationTests : IDisposable
{
    private const string Text = "A man rides a bike. Two dogs play in the snow.";

    private static readonly string Plugins = Path.Combine(Repository.BuiltHost, "plugins");

    private readonly TemporaryFolder folder = new();
    private readonly StringWriter said = new();

    public void Dispose()
    {
        folder.Dispose();
        said.Dispose();
    }

    [Theory]
    [InlineData("t5-v1_1")]
    [InlineData("bart")]
    [InlineData("pegasus")]
    public async Task ATextIsSummarizedAsItsStyleSays(string checkpoint)
    {
        using var host = Host(checkpoint, "style=xsum");
        var answer = await Ask(host, Text, new() { NumReturnSequences = 2 });
        Assert.Equal(2, answer["hypotheses"]!.AsArray().Count);
        Assert.Equal((string)answer["hypotheses"]![0]!["text"]!, (string)answer["text"]!);
        var inspection = await host.InspectAsync("tldr", TestContext.Current.CancellationToken);
        Assert.Equal((6, 10, 0, 61, 3), (inspection.Generation.NumBeams, inspection.Generation.MinNewTokens, inspection.Generation.MinLength, inspection.Generation.MaxNewTokens, inspection.Generation.NoRepeatNgramSize));
        Assert.Contains("gets a summary of at least 56", await Warned(host, new() { MinNewTokens = 56 }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t5-v1_1", 512)]
    [InlineData("pegasus", 64)]
    public async Task ALongTextIsSummarizedByItsParts(string checkpoint, int most)
    {
        using var host = Host(checkpoint);
        var text = string.Join(' ', Enumerable.Range(0, most / 4).Select(i => $"{Text} That was {i}."));
        List<double> progress = [];
        using var runner = await Open(host);
        var answer = runner.ToJson(await runner.AnswerAsync(runner.ParseText(text), new() { NumBeams = 1, MaxNewTokens = 8 }, new() { OnProgress = share => { lock (progress) { progress.Add(share); } } }, TestContext.Current.CancellationToken));
        var parts = answer["split"]!.AsArray();
        Assert.Equal(text, string.Join(' ', parts.Where(part => (int)part!["level"]! == 1).Select(part => (string)part!["source"]!)));
        Assert.All(parts, part => Assert.InRange((int)part!["tokens"]!, 2, most));
        Assert.All(parts, part => Assert.InRange((int)part!["newTokens"]!, 0, 8));
        Assert.InRange((int)answer["tokens"]!, most + 1, int.MaxValue);
        Assert.Equal((parts.Count(part => (int)part!["level"]! == 1) + 1, 1.0), (progress.Count, progress.Max()));
    }

    [Theory]
    [InlineData("t5-v1_1")]
    [InlineData("bart")]
    public async Task WhatIsTooLongIsTruncatedOrRefusedWhenTheOptionsSaySo(string checkpoint)
    {
        var text = string.Join(' ', Enumerable.Repeat(Text, 60));
        using var truncating = Host(checkpoint, "overlong=truncate");
        var answer = await Ask(truncating, text, new() { MaxNewTokens = 8 });
        var most = (await truncating.InspectAsync("tldr", TestContext.Current.CancellationToken)).Backbone.MaxLength;
        Assert.Equal(most, (int)answer["tokens"]! - (int)answer["truncated"]!);
        using var refusing = Host(checkpoint, "overlong=error");
        var fault = await Assert.ThrowsAsync<FormatException>(() => Ask(refusing, text, new()));
        Assert.StartsWith($"A text must have at most {most} tokens, but this one has {answer["tokens"]}.", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t5-v1_1")]
    [InlineData("bart")]
    public async Task ASummaryHasTheSentencesAskedFor(string checkpoint)
    {
        using var host = Host(checkpoint);
        using var runner = await Open(host);
        async Task<string> Written(string limits) => (string)runner.ToJson(await runner.AnswerAsync(
            runner.ParseJson(JsonElement.Parse($$"""{ "text": "{{Text}}"{{limits}} }""")), new() { NumBeams = 2, MaxNewTokens = 24 }, null, TestContext.Current.CancellationToken))["text"]!;
        var free = await Written("");
        Assert.Equal(free, await Written(""", "maxSentences": 99"""));
        var longer = await Written(""", "minSentences": 99""");
        Assert.True(longer.Length >= free.Length, $"'{longer}' must be no shorter than '{free}': its end was forbidden.");
        var fault = await Assert.ThrowsAnyAsync<FormatException>(() => Written(""", "minSentences": 3, "maxSentences": 2"""));
        Assert.Equal("'minSentences' must be at most 'maxSentences', but is 3 where that is 2. Lower the one or raise the other.", fault.Message);
    }

    [Theory]
    [InlineData(BackboneTuning.LowRank)]
    [InlineData(BackboneTuning.Houlsby)]
    [InlineData(BackboneTuning.Pfeiffer)]
    public async Task ItIsTrainedAndEvaluated(BackboneTuning tuning)
    {
        var data = folder.Write("train.jsonl", string.Concat(Enumerable.Range(0, 16).Select(i => $$"""{"source": ["A man rides a bike.", "It is day {{i}}."], "target": ["A man rides.", "Bike."]}""" + "\n")));
        using var host = Host("t5-v1_1", "baselines=1", "generation:maxNewTokens=8");
        using var trainer = await Open(host, TaskUse.Training);
        List<double> losses = [];
        var result = await trainer.TrainAsync(
            new()
            {
                Data = [data],
                HeldOut = [data],
                Output = folder["learned"],
                Recipe = recipe => recipe with { Tuning = tuning, MaxSteps = 12, BatchSize = 8, Accumulation = 1, LearningRate = 0.02, Warmup = 0.1, EvaluateEvery = 6 },
                OnStep = step => losses.Add(step.Loss),
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(12, losses.Count);
        Assert.True(losses[^1] < losses[0] - 0.1, $"Training must lower the loss, but it goes {string.Join(", ", losses)}.");
        Assert.Equal("rouge1", result.Best!.Result.Metrics[0].Name);

        using var trained = Host("t5-v1_1", "baselines=1", "generation:maxNewTokens=8", $"adapter={folder["learned"]}");
        using var runner = await Open(trained);
        // What was saved and loaded answers as it did when it was trained.
        Assert.Equal(result.Best.Result.Metrics, (await runner.EvaluateAsync(new() { Data = [data] }, TestContext.Current.CancellationToken)).Metrics);
        var evaluation = await runner.EvaluateAsync(new() { Data = [data], Limit = 4 }, TestContext.Current.CancellationToken);
        Assert.Equal(4, evaluation.Examples);
        Assert.Equal(12, evaluation.Metrics.Count);
        // 'A man rides' of 'A man rides a bike': precision 3 in 5, recall 1.
        Assert.Equal(75, evaluation.Metrics.Single(metric => metric.Name == "lead1-rouge1").Value, 1e-9);
        Assert.All(evaluation.Metrics, metric => Assert.Equal("nrefs:2|best:f1|stem:no|version:rouge-score-0.1.2", metric.Signature));
    }

    [Fact]
    public async Task OptionsThatNoSummaryKeepsAreAWrongConfiguration()
    {
        using var host = Host("bart", "minSentences=3", "maxSentences=2");
        var fault = await Assert.ThrowsAsync<ConfigurationException>(() => host.InspectAsync("tldr", TestContext.Current.CancellationToken));
        Assert.EndsWith(" has a fault:\n  tasks:tldr:options:minSentences (from --set) must be at most 'maxSentences', but is 3 where that is 2. Lower the one or raise the other.", fault.Message, StringComparison.Ordinal);
    }

    private async Task<string> Warned(TaskHost host, GenerationOptions options)
    {
        await Ask(host, "A man.", options);
        return said.ToString();
    }

    private static async Task<JsonNode> Ask(TaskHost host, string text, GenerationOptions options)
    {
        using var runner = await Open(host);
        return runner.ToJson(await runner.AnswerAsync(runner.ParseText(text), options, null, TestContext.Current.CancellationToken));
    }

    private static Task<ITaskRunner> Open(TaskHost host, TaskUse use = TaskUse.Answering) => host.OpenAsync("tldr", use, new(), TestContext.Current.CancellationToken);

    // Options of the plugin's, the adapter, and how the task writes.
    private TaskHost Host(string checkpoint, params string[] options)
    {
        var file = folder.Write("ptgp.json", """{ "backbones": { "base": { "checkpoint": "", "device": "cpu" } }, "tasks": { "tldr": { "plugin": "summarization", "backbone": "base" } } }""");
        var settings = options.Select(option => option.StartsWith("adapter=", StringComparison.Ordinal) || option.StartsWith("generation:", StringComparison.Ordinal) ? $"tasks:tldr:{option}" : $"tasks:tldr:options:{option}");
        var configuration = new ConfigurationReader { File = file, Settings = [$"backbones:base:checkpoint={Repository.Fixture("models", checkpoint)}", .. settings] }.Read();
        return new(configuration, PluginCatalog.Discover([Plugins]), new ConsoleLog(said, isVerbose: false));
    }
}
