using System.Text.Json.Nodes;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Training;

/// <summary>A training whose examples share rows is the training whose examples have a row each.</summary>
[Collection(DrawingTests.Name)]
public sealed class PackedTrainingTests() : NumbersTests("models", "gpt2")
{
    private static readonly FineTuningRecipe Recipe = new() { Tuning = BackboneTuning.Full, BatchSize = 6, MaxSteps = 10, LearningRate = 0.001, Dropout = 0, EvaluateEvery = 5 };


    [Theory, InlineData(1), InlineData(2)]
    public async Task LossesAndGradientsAreThoseOfARowEach(int accumulation)
    {
        await Train("apart", Recipe with { Accumulation = accumulation });
        await Train("packed", Recipe with { Accumulation = accumulation, Packing = 40 });
        var packed = Steps("packed");
        Assert.Equal(10, packed.Count);
        Assert.All(Steps("apart").Zip(packed), pair =>
        {
            Assert.Equal(pair.First.Loss, pair.Second.Loss, 1e-4);
            Assert.Equal(pair.First.Norm, pair.Second.Norm, 1e-3 * pair.First.Norm);
            Assert.Equal(pair.First.Tokens, pair.Second.Tokens);
        });
    }

    [Fact]
    public async Task WhatIsKilledInTheMiddleOfAPortionGoesOnTheSame()
    {
        var recipe = Recipe with { Dropout = 0.1, Packing = 32, ShuffleBuffer = 11, GradientCheckpointing = true, Tuning = BackboneTuning.LowRank, MaxSteps = 14 };
        await Train("whole", recipe);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Train("out", recipe, onStep: made =>
        {
            if (made.Step == 8)
            {
                throw new InvalidOperationException("killed");
            }
        }));
        await Train("out", recipe, resumes: true);
        NumbersTraining.AssertSame(Folder["whole"], Folder["out"]);
    }

    [Fact]
    public void WhereRowsAreSharedABudgetCountsWhatIsRead()
    {
        UnitShape[] shapes = [.. Enumerable.Range(1, 20).Select(length => new UnitShape(1, length, 2 * length))];
        BatchesByTokens order = new(shapes, 50, seed: 1);
        for (var epoch = 0; epoch < 5; epoch++)
        {
            var units = order.Window(epoch, 0);
            var batches = order.Cut(epoch, 0, units, unit => shapes[unit].Width);
            Assert.Equal(Enumerable.Range(0, 20), batches.SelectMany(batch => batch).Order());
            Assert.Equal(order.BatchesPerEpoch, batches.Count);
            Assert.All(batches, batch => Assert.True(batch.Length == 1 || batch.Sum(unit => shapes[unit].Positions) <= 50));
        }
    }

    [Fact]
    public async Task ABackboneWithAnEncoderIsRefused()
    {
        using NumbersBackbone other = new();
        using var trainer = NumbersTraining.Make(other, Recipe with { Packing = 40 });
        var fault = await Assert.ThrowsAsync<UsageException>(() => trainer.TrainAsync(new() { Data = [], Output = Folder["out"] }, TestContext.Current.CancellationToken));
        Assert.Equal("Packing takes a backbone that writes on from what it reads, such as GPT-2 or Llama, but this one has an encoder. Leave 'packing' out.", fault.Message);
        Assert.False(Directory.Exists(Folder["out"]));
    }

    private async Task Train(string name, FineTuningRecipe recipe, bool resumes = false, Action<TrainingStep>? onStep = null)
    {
        using var trainer = NumbersTraining.Make(Backbone, recipe);
        await trainer.TrainAsync(new() { Data = [], Output = Folder[name], Resume = resumes, OnStep = onStep }, TestContext.Current.CancellationToken);
    }

    private List<(double Loss, double Norm, long Tokens)> Steps(string name) =>
        [.. File.ReadLines(Folder[name + "/metrics.jsonl"]).Select(line => JsonNode.Parse(line)!).Where(line => line["loss"] is not null).Select(line => ((double)line["loss"]!, (double)line["gradNorm"]!, (long)line["tokens"]!))];
}
