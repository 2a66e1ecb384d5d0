using System.Text.Json.Nodes;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Training;

/// <summary>What tasks use of a training whose weights are averaged.</summary>
[Collection(DrawingTests.Name)]
public sealed class AveragedTrainingTests : TrainedNumbersTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhatTasksUseIsTheMeanOfTheLastEvaluations(bool hasHeldOut)
    {
        List<Dictionary<string, Tensor>> seen = [];
        List<TrainingEvaluation> evaluations = [];
        var scores = new Queue<int>([1, 2, 3, 4, 4]);
        var expected = NumbersTraining.Examples(10, seed: 2).Select(example => example.Output).ToArray();
        await Train(
            Recipe with { AverageLast = 2, Dropout = 0 },
            request => request with
            {
                OnStep = step =>
                {
                    if (step.Step is 15 or 16)
                    {
                        seen.Add(Backbone.View.Adapter!.Weights.ToDictionary(weight => weight.Key, weight => weight.Value.detach().clone()));
                    }
                },
                OnEvaluation = evaluations.Add,
            },
            heldOut: hasHeldOut ? null : [],
            answer: _ => scores.Dequeue() is var count ? [.. expected.Select((answer, i) => i < count ? answer : "0")] : []);
        using NumbersHead head = new(Backbone.View);
        new TrainedTask(Backbone.Checkpoint, Backbone.View, head).Load(TrainedTask.Find(Output), float32);
        Assert.All(Backbone.View.Adapter!.Weights, weight => Assert.True(weight.Value.allclose((seen[0][weight.Key] + seen[1][weight.Key]) / 2, rtol: 1e-6)));
        Assert.All(Backbone.View.Adapter.Weights, weight => Assert.False(weight.Value.allclose(seen[1][weight.Key], rtol: 1e-6)));
        if (hasHeldOut)
        {
            // As good as the best of them is good enough.
            Assert.Equal((16, true, (int?)2), (evaluations[^1].Step, evaluations[^1].IsBest, evaluations[^1].Averaged));
            var line = JsonNode.Parse(File.ReadLines(Path.Combine(Output, "metrics.jsonl")).Last())!;
            Assert.Equal((16, 2), ((int)line["step"]!, (int)line["averaged"]!));
        }
    }

    [Fact]
    public async Task AMeanThatIsWorseThanTheBestIsNotUsed()
    {
        List<TrainingEvaluation> evaluations = [];
        var scores = new Queue<int>([1, 5, 3, 4, 4]);
        var expected = NumbersTraining.Examples(10, seed: 2).Select(example => example.Output).ToArray();
        var result = await Train(
            Recipe with { AverageBest = 2 },
            request => request with { OnEvaluation = evaluations.Add },
            answer: _ => scores.Dequeue() is var count ? [.. expected.Select((answer, i) => i < count ? answer : "0")] : []);
        Assert.Equal([5, 10, 15, 16, 16], evaluations.Select(evaluation => evaluation.Step));
        Assert.Equal((false, (int?)2), (evaluations[^1].IsBest, evaluations[^1].Averaged));
        Assert.Equal(10, result.Best!.Step);
    }
}
