using System.Text.Json.Nodes;
using Ptgp.Backbone;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Training;

/// <summary>Several tasks trained at once.</summary>
[Collection(DrawingTests.Name)]
public sealed class TogetherTests : NumbersTests
{
    private static readonly FineTuningRecipe Recipe = new() { Rank = 2, BatchSize = 4, Epochs = 2, LearningRate = 0.02, Dropout = 0.1, MixingTemperature = 3 };

    [Fact]
    public async Task WhatComesOfEachTaskIsWhatWouldComeOfItAlone()
    {
        var shared = Backbone.Snapshot();
        await Alone("a", 30, BackboneTuning.LowRank);
        await Alone("b", 60, BackboneTuning.Pfeiffer);
        List<string> turns = [];
        await Together(stop: 9, resumes: false);
        var results = await Together(stop: null, resumes: true);
        Assert.Equal([16, 30], results.Select(result => result.Steps));
        NumbersTraining.AssertSame(Folder["alone/a"], Folder["together/a"]);
        NumbersTraining.AssertSame(Folder["alone/b"], Folder["together/b"]);
        // They take turns, and not one after the other.
        Assert.InRange(turns.Zip(turns.Skip(1)).Count(pair => pair.First != pair.Second), 5, 45);
        Assert.All(Backbone.Transformer.NamedParameters, parameter => Assert.True(shared[parameter.Key].Equals(parameter.Value), parameter.Key));

        async Task Alone(string name, int count, BackboneTuning tuning)
        {
            using var trainer = Trainer(name, count, tuning);
            await trainer.TrainAsync(new() { Data = [], Output = Folder["alone/" + name] }, TestContext.Current.CancellationToken);
        }

        async Task<IReadOnlyList<TrainingResult>> Together(int? stop, bool resumes)
        {
            using CancellationTokenSource interruption = new();
            using var a = Trainer("a", 30, BackboneTuning.LowRank);
            using var b = Trainer("b", 60, BackboneTuning.Pfeiffer);
            using TrainingSession first = new([a], Request("a")), second = new([b], Request("b"));
            return await new SeveralTrainings([first, second]).RunAsync(interruption.Token);

            TrainingRequest Request(string name) => new()
            {
                Data = [],
                Output = Folder["together/" + name],
                Resume = resumes,
                OnStep = _ =>
                {
                    turns.Add(name);
                    if (turns.Count == stop)
                    {
                        interruption.Cancel();
                    }
                },
            };
        }
    }

    [Fact]
    public async Task OneBackboneThatAllLearnServesThemAll()
    {
        List<double> losses = [];
        var recipe = Recipe with { Epochs = 12, LearningRate = 0.01, EvaluateEvery = 138, Tuning = BackboneTuning.Full };
        var shared = Backbone.Snapshot();
        TrainingResult result;
        using (var a = Trainer("a", 30, recipe))
        using (var b = Trainer("b", 60, recipe))
        using (TrainingSession session = new([a, b], new() { Data = [], Output = Folder["joint"], OnStep = step => losses.Add(step.Loss) }))
        {
            result = await session.RunAsync(TestContext.Current.CancellationToken);
        }

        // 8 + 15 batches an epoch.
        Assert.Equal((12 * 23, 12 * 23), (result.Steps, losses.Count));
        Assert.True(losses.TakeLast(30).Average() < 0.7 * losses.Take(30).Average(), $"{losses.Take(30).Average()} {losses.TakeLast(30).Average()}");
        Assert.All(Backbone.Transformer.NamedParameters, parameter => Assert.True(shared[parameter.Key].Equals(parameter.Value), parameter.Key));
        var best = JsonNode.Parse(File.ReadAllText(Folder["joint/best/metrics.json"]))!["evaluation"]!.AsObject();
        Assert.Equal(["loss", "meanLoss", "a:exact", "b:exact"], best.Select(figure => figure.Key));

        // As the configuration would name it: the checkpoint as the backbone, and each task's head as its adapter.
        var checkpoint = CheckpointFolder.Open(Folder["joint/best"]);
        using var transformer = checkpoint.LoadTransformer(CPU, float32);
        List<double> heldOut = [];
        foreach (var (name, count) in new[] { ("a", 30), ("b", 60) })
        {
            BackboneView view = new(checkpoint.Describe("joint"), new NumbersTokenizer(), transformer);
            using ScaledNumbersHead head = new(view);
            new TrainedTask(checkpoint, view, head).Load(TrainedTask.Find(Folder["joint/best/tasks/" + name]), float32);
            Assert.NotEqual(1f, head.Scale.item<float>());
            using var optimizer = Optimizer.Of(recipe, []);
            Learner<string, string, string, string> learner = new() { Head = head, Backbone = view, Collator = Backbone.Collator, Optimizer = optimizer, Recipe = recipe };
            TrainingExamples<string, string, string, string> examples = new(head, NumbersTraining.Examples(10, count + 100));
            heldOut.Add(learner.Evaluate(Enumerable.Range(0, examples.Count).Select(examples.Encode), TestContext.Current.CancellationToken));
        }

        Assert.Equal((double)best["meanLoss"]!, heldOut.Average(), 1e-4);
    }

    [Fact]
    public async Task AJointTrainingGoesOnAsIfItHadNeverStopped()
    {
        await Joint("whole", stops: []);
        await Joint("broken", stops: [3, 8, 11]);
        NumbersTraining.AssertSame(Folder["whole"], Folder["broken"]);

        async Task Joint(string name, int[] stops)
        {
            foreach (var stop in stops.Append(-1))
            {
                using CancellationTokenSource interruption = new();
                using var a = Trainer("a", 30, Recipe with { Epochs = 2, Accumulation = 2, EvaluateEvery = 5 });
                using var b = Trainer("b", 60, Recipe with { Epochs = 1 });
                using TrainingSession session = new([a, b], new()
                {
                    Data = [],
                    Output = Folder[name],
                    Resume = stop != stops.Append(-1).First(),
                    OnStep = step =>
                    {
                        if (step.Step == stop)
                        {
                            interruption.Cancel();
                        }
                    },
                });
                Assert.Equal(stop >= 0, (await session.RunAsync(interruption.Token)).WasInterrupted);
            }
        }
    }

    [Fact]
    public async Task AStepWeighsItsTasksByTheirTargets()
    {
        List<TrainingStep> steps = [];
        var recipe = Recipe with { Accumulation = 5, MaxSteps = 6, Dropout = 0, LearningRate = 1e-12 };
        using (var a = Trainer("a", 30, recipe))
        using (var b = Trainer("b", 60, recipe with { BatchSize = 1 }))
        using (TrainingSession session = new([a, b], new() { Data = [], Output = Folder["weighed"], OnStep = steps.Add }))
        {
            await session.RunAsync(TestContext.Current.CancellationToken);
        }

        // Nothing is learned, so each batch has the loss that it would have alone, wherever it stands.
        var (ofA, ofB) = (await Alone("a", 30, recipe), await Alone("b", 60, recipe with { BatchSize = 1 }));
        Mixture mixture = new([30, 60], recipe.MixingTemperature, recipe.Seed);
        HashSet<int> mixed = [];
        foreach (var step in steps)
        {
            int[] turns = [.. Enumerable.Range(5 * (step.Step - 1), 5).Select(turn => mixture.Choose(turn))];
            mixed.Add(turns.Distinct().Count());
            TrainingStep[] batches = [.. turns.Select(turn => (turn == 0 ? ofA : ofB).Dequeue())];
            Assert.Equal(batches.Sum(batch => batch.Tokens), step.Tokens);
            Assert.Equal(batches.Sum(batch => batch.Loss * batch.Tokens) / step.Tokens, step.Loss, 1e-5);
        }

        Assert.Contains(2, mixed);

        async Task<Queue<TrainingStep>> Alone(string name, int count, FineTuningRecipe recipe)
        {
            Queue<TrainingStep> steps = [];
            using var trainer = Trainer(name, count, recipe with { Accumulation = 1, MaxSteps = 30, Tuning = BackboneTuning.Full });
            await trainer.TrainAsync(new() { Data = [], Output = Folder["alone/" + name], OnStep = steps.Enqueue }, TestContext.Current.CancellationToken);
            return steps;
        }
    }

    private Trainer<string, string, string, string> Trainer(string name, int count, BackboneTuning tuning) => Trainer(name, count, Recipe with { Tuning = tuning });

    private Trainer<string, string, string, string> Trainer(string name, int count, FineTuningRecipe recipe) => NumbersTraining.Make(Backbone, recipe, name, count: count, seed: count);
}
