using System.Text.Json.Nodes;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Training;

/// <summary>What a training learns, writes down and keeps.</summary>
[Collection(DrawingTests.Name)]
public sealed class TrainerTests : TrainedNumbersTests
{
    [Fact]
    public async Task ATrainingIsWrittenDown()
    {
        List<TrainingStep> steps = [];
        List<TrainingEvaluation> evaluations = [];
        var result = await Train(Recipe, request => request with { OnStep = steps.Add, OnEvaluation = evaluations.Add });
        // 30 examples in batches of 4, twice.
        Assert.Equal((16, false), (result.Steps, result.WasInterrupted));
        Assert.Equal(Enumerable.Range(1, 16), steps.Select(step => step.Step));
        Assert.All(steps, step => Assert.Equal(16, step.Steps));
        Assert.Equal([5, 10, 15, 16], evaluations.Select(evaluation => evaluation.Step));
        var lines = File.ReadLines(Path.Combine(Output, "metrics.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject()).ToArray();
        Assert.Equal(20, lines.Length);
        Assert.Equal(["step", "loss", "gradNorm", "learningRate", "tokens"], lines[0].Select(field => field.Key));
        Assert.Equal(["step", "evaluation"], lines[5].Select(field => field.Key));
        Assert.Equal(["loss", "exact"], lines[5]["evaluation"]!.AsObject().Select(field => field.Key));
        Assert.Equal(steps[3].Loss, (double)lines[3]["loss"]!);
        Assert.Equal("lowRank", (string?)JsonNode.Parse(File.ReadAllText(Path.Combine(Output, "recipe.json")))!["tuning"]);
        var metrics = JsonNode.Parse(File.ReadAllText(Path.Combine(Output, "metrics.json")))!;
        Assert.Equal((16, result.Parameters), ((int)metrics["steps"]!, (long)metrics["parameters"]!));
        foreach (var folder in new[] { "best", "last" })
        {
            Assert.True(File.Exists(Path.Combine(Output, folder, "adapter_model.safetensors")));
            Assert.True(File.Exists(Path.Combine(Output, folder, "recipe.json")));
        }

        Assert.Equal([Output + "/best", Output + "/last", Output + "/metrics.json", Output + "/metrics.jsonl", Output + "/recipe.json"], Directory.EnumerateFileSystemEntries(Output).Order());
    }

    [Fact]
    public async Task BatchesMadeByTokensHoldNoMorePositionsThanTheBudget()
    {
        List<TrainingStep> steps = [];
        await Train(Recipe with { TokensPerBatch = 36, Epochs = 1, EvaluateEvery = null }, request => request with { OnStep = steps.Add });
        var targets = NumbersTraining.Examples(30, seed: 1).Sum(example => example.Output.Split(' ').Length);
        // An epoch, and every target in it once.
        Assert.Equal(targets, steps.Sum(step => step.Tokens));
        Assert.All(steps, step => Assert.InRange(step.Tokens, 1, 36));
    }

    [Fact]
    public async Task ItLearns()
    {
        List<double> losses = [];
        await Train(Recipe with { Tuning = BackboneTuning.Full, Epochs = 20, EvaluateEvery = null }, request => request with { OnStep = step => losses.Add(step.Loss) });
        Assert.True(losses.TakeLast(8).Average() < 0.7 * losses.Take(8).Average(), string.Join(' ', losses));
    }

    [Theory]
    [InlineData(BackboneTuning.Houlsby, "adapter.decoder.layers.0.self_attention.Up")]
    [InlineData(BackboneTuning.Pfeiffer, "adapter.decoder.layers.0.feed_forward.Up")]
    public async Task BottlenecksAsWideAsTheRankLearnBesideTheBackbone(BackboneTuning tuning, string one)
    {
        List<double> losses = [];
        var result = await Train(Recipe with { Tuning = tuning, Rank = 6, Epochs = 8, EvaluateEvery = null, LearningRate = 0.02 }, request => request with { OnStep = step => losses.Add(step.Loss) });
        Assert.True(losses.TakeLast(8).Average() < 0.95 * losses.Take(8).Average(), string.Join(' ', losses));
        var (width, layers) = (Backbone.Transformer.Config.Width, Backbone.Transformer.Config.Encoder!.Layers + Backbone.Transformer.Config.Decoder!.Layers);
        Assert.Equal((tuning == BackboneTuning.Houlsby ? 2 : 1) * layers * ((2 * 6 * width) + 6 + width), result.Parameters);
        using var tuned = new Tuning(Recipe with { Tuning = tuning, Rank = 6 }, Backbone.Checkpoint, Backbone.View, new NumbersHead(Backbone.View), null);
        Assert.Equal([width, 6], tuned.Parameters.Single(parameter => parameter.Name == one).Value.shape);
    }

    [Theory]
    [InlineData(BackboneTuning.LowRank)]
    [InlineData(BackboneTuning.Full)]
    [InlineData(BackboneTuning.Pfeiffer)]
    [InlineData(BackboneTuning.Dora)]
    [InlineData(BackboneTuning.Prefix)]
    [InlineData(BackboneTuning.Frozen)]
    public async Task TheSharedBackboneStaysBitEqual(BackboneTuning tuning)
    {
        var before = Backbone.Snapshot();
        await Train(Recipe with { Tuning = tuning }, head: () => new ScaledNumbersHead(Backbone.View));
        Assert.Same(Backbone.Transformer, Backbone.View.Transformer);
        Assert.Null(Backbone.View.Adapter);
        Assert.Null(Backbone.Transformer.Dropout);
        Assert.False(Backbone.Transformer.training);
        foreach (var (name, parameter) in Backbone.Transformer.NamedParameters)
        {
            Assert.True(before[name].Equals(parameter), name);
        }
    }

    [Theory]
    [InlineData(BackboneTuning.LowRank)]
    [InlineData(BackboneTuning.Full)]
    [InlineData(BackboneTuning.Houlsby)]
    [InlineData(BackboneTuning.Pfeiffer)]
    [InlineData(BackboneTuning.Dora)]
    [InlineData(BackboneTuning.Ia3)]
    [InlineData(BackboneTuning.Prefix)]
    [InlineData(BackboneTuning.Prompt)]
    [InlineData(BackboneTuning.Frozen)]
    public async Task WhatWasTrainedIsLoadedAgain(BackboneTuning tuning)
    {
        using ScaledNumbersHead trained = new(Backbone.View);
        double expected = 0;
        await Train(Recipe with { Tuning = tuning }, request => request with { OnEvaluation = evaluation => expected = evaluation.IsBest ? evaluation.Result.Loss!.Value : expected }, () => trained);
        using ScaledNumbersHead head = new(Backbone.View);
        new TrainedTask(Backbone.Checkpoint, Backbone.View, head).Load(TrainedTask.Find(Output), float32);
        using var optimizer = Optimizer.Of(Recipe, []);
        Learner<string, string, string, string> learner = new() { Head = head, Backbone = Backbone.View, Collator = Backbone.Collator, Optimizer = optimizer, Recipe = Recipe };
        TrainingExamples<string, string, string, string> heldOut = new(head, NumbersTraining.Examples(10, seed: 2));
        Assert.Equal(expected, learner.Evaluate(Enumerable.Range(0, heldOut.Count).Select(heldOut.Encode), TestContext.Current.CancellationToken), 1e-5);
        Assert.NotEqual(1f, head.Scale.item<float>());
    }

    [Fact]
    public async Task TheBestCheckpointIsKeptByTheFirstMetric()
    {
        var expected = NumbersTraining.Examples(10, seed: 2).Select(example => example.Output).ToArray();
        Queue<int> right = new([2, 7, 3, 7]);
        List<bool> best = [];
        var result = await Train(
            Recipe,
            request => request with { OnEvaluation = evaluation => best.Add(evaluation.IsBest) },
            answer: _ => right.Dequeue() is var count ? [.. expected.Select((answer, i) => i < count ? answer : "0")] : []);
        Assert.Equal([true, true, false, false], best);
        Assert.Equal((10, 0.7), (result.Best!.Step, result.Best.Result.Metrics[0].Value));
        Assert.Equal(10, (int)JsonNode.Parse(File.ReadAllText(Path.Combine(Output, "best", "metrics.json")))!["step"]!);
    }

    [Fact]
    public async Task WithoutHeldOutDataTheTrainingLossDecides()
    {
        var result = await Train(Recipe with { Epochs = 4 }, heldOut: []);
        Assert.Null(result.Best);
        var lines = File.ReadLines(Path.Combine(Output, "metrics.jsonl")).Select(line => JsonNode.Parse(line)!).ToArray();
        Assert.Equal(32, lines.Length);
        var means = lines.Select(line => (double)line["loss"]!).Chunk(5).Select(chunk => chunk.Average()).ToArray();
        var best = JsonNode.Parse(File.ReadAllText(Path.Combine(Output, "best", "metrics.json")))!;
        Assert.Equal(means.Min(), (double)best["evaluation"]!["loss"]!, 1e-9);
    }

    [Fact]
    public async Task MaxStepsCountWhateverTheEpochsSay()
    {
        Assert.Equal(3, (await Train(Recipe with { MaxSteps = 3 })).Steps);
        Assert.Equal(20, (await Train(Recipe with { MaxSteps = 20 }, request => request with { Output = Output + "2" })).Steps);
    }
}
