using System.Text.Json.Nodes;
using Ptgp.Backbone.Native;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Training;

/// <summary>What a training lives through: kills between any two writes, losses that are no numbers, no more progress.</summary>
[Collection(DrawingTests.Name)]
public sealed class SurvivalTests : NumbersTests
{
    private static readonly FineTuningRecipe Recipe = new() { Rank = 2, BatchSize = 4, MaxSteps = 20, LearningRate = 0.01, Dropout = 0.1, EvaluateEvery = 5 };

    private readonly Said said = new();

    [Fact]
    public async Task ATrainingThatWasKilledBeforeAnythingWasSavedBeginsAnew()
    {
        await Train("whole");
        await Killed("out", step: 3);
        Assert.False(Directory.Exists(Folder["out/last"]));
        await Train("out", resumes: true);
        NumbersTraining.AssertSame(Folder["whole"], Folder["out"]);
    }

    [Theory]
    [InlineData(BackboneTuning.LowRank, TrainingPrecision.Float32)]
    [InlineData(BackboneTuning.LowRank, TrainingPrecision.Bfloat16)]
    [InlineData(BackboneTuning.Full, TrainingPrecision.Float32)]
    [InlineData(BackboneTuning.Prefix, TrainingPrecision.Float32)]
    public async Task LayersThatAreComputedAnewLearnTheSameAndSoTheyDoAfterAKill(BackboneTuning tuning, TrainingPrecision precision)
    {
        Assert.SkipUnless(precision == TrainingPrecision.Float32 || Autocast.IsAvailable, "This libtorch does not round.");
        var recipe = Recipe with { Tuning = tuning, Precision = precision, Accumulation = 2 };
        await Train("whole", recipe);
        await Train("again", recipe with { GradientCheckpointing = true });
        NumbersTraining.AssertSame(Folder["whole"], Folder["again"]);
        await Killed("out", step: 8, recipe with { GradientCheckpointing = true });
        await Train("out", recipe with { GradientCheckpointing = true }, resumes: true);
        NumbersTraining.AssertSame(Folder["again"], Folder["out"]);
    }

    [Theory]
    [InlineData(BackboneTuning.LowRank)]
    [InlineData(BackboneTuning.Dora)]
    public async Task WhatDeltasDropIsDroppedAgainAfterAKillAndInLayersComputedAnew(BackboneTuning tuning)
    {
        var recipe = Recipe with { Tuning = tuning, Dropout = 0, LowRankDropout = 0.2 };
        await Train("whole", recipe);
        await Killed("out", step: 8, recipe with { GradientCheckpointing = true });
        await Train("out", recipe with { GradientCheckpointing = true }, resumes: true);
        NumbersTraining.AssertSame(Folder["whole"], Folder["out"]);
        await Train("without", recipe with { LowRankDropout = 0 });
        Assert.NotEqual(File.ReadAllBytes(Folder["without/last/adapter_model.safetensors"]), File.ReadAllBytes(Folder["out/last/adapter_model.safetensors"]));
        Assert.Equal(0.2, (double?)JsonNode.Parse(File.ReadAllText(Folder["out/best/adapter_config.json"]))!["lora_dropout"]);
    }

    [Theory]
    [InlineData("last", false)]
    [InlineData("last", true)]
    [InlineData("best", true)]
    public async Task ACheckpointThatWasBeingRenamedIsFoundAgain(string name, bool isHalfThere)
    {
        await Train("whole");
        await Killed("out", step: 13);
        Directory.Move(Folder["out/" + name], Folder[$"out/{name}.partial-0123"]);
        if (isHalfThere)
        {
            Directory.CreateDirectory(Folder[$"out/{name}.partial-4567"]);
            File.WriteAllText(Folder[$"out/{name}.partial-4567/state.json"], "{");
        }

        await Train("out", resumes: true);
        NumbersTraining.AssertSame(Folder["whole"], Folder["out"]);
        Assert.Equal(["best", "last"], Directory.GetDirectories(Folder["out"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task AsManyOfTheLastCheckpointsAreKeptAsAskedFor()
    {
        await Train("out", Recipe with { KeepLast = 3 });
        Assert.Equal(["10", "15"], Directory.GetDirectories(Folder["out/checkpoints"]).Select(Path.GetFileName).Order());
        Assert.All(["adapter_model.safetensors", "optimizer.safetensors", "state.json"], file => Assert.True(File.Exists(Folder["out/checkpoints/10/" + file])));
        // What was killed while the newest was being put in place goes on from the one before.
        Directory.Delete(Folder["out/last"], recursive: true);
        await Train("out", Recipe with { KeepLast = 3 }, resumes: true);
        Assert.Equal(["10", "15"], Directory.GetDirectories(Folder["out/checkpoints"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task TrainingEndsWhenNothingGetsBetter()
    {
        var expected = NumbersTraining.Examples(10, seed: 101).Select(example => example.Output).ToArray();
        Queue<int> right = new([2, 7, 3, 7, 8]);
        var result = await Train("out", Recipe with { MaxSteps = 100, StopAfter = 2 }, answer: _ => right.Dequeue() is var count ? [.. expected.Select((answer, i) => i < count ? answer : "0")] : []);
        Assert.Equal((20, 10, false), (result.Steps, result.Best!.Step, result.WasInterrupted));
        Assert.Contains("Ended after step 20 of 100: nothing has got better since step 10.", said.Lines);
        Assert.Equal(20, (int)JsonNode.Parse(File.ReadAllText(Folder["out/metrics.json"]))!["steps"]!);
        // And stays so.
        Assert.Equal(20, (await Train("out", Recipe with { MaxSteps = 100, StopAfter = 2 }, resumes: true)).Steps);
    }

    [Fact]
    public async Task ABatchWhoseLossIsNoNumberIsNamedAndSkipped()
    {
        List<int> steps = [];
        await Train("out", Recipe with { OnNonFinite = NonFiniteStep.Skip, MaxSteps = 8, EvaluateEvery = null }, head: new PoisonedHead(Backbone.View, [Poison(7)]), onStep: step => steps.Add(step.Step));
        Assert.Equal(7, steps.Count);
        var skipped = Enumerable.Range(1, 8).Except(steps).Single();
        var warning = Assert.Single(said.Warnings);
        Assert.Matches($@"^Step {skipped} must have a finite loss and gradient, but has NaN and NaN, on examples (\d+, )*7(, \d+)* of the data\. It is skipped\.$", warning);
        Assert.Contains(File.ReadLines(Folder["out/metrics.jsonl"]), line => JsonNode.Parse(line)!["skipped"] is { } why && warning.StartsWith((string)why!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task StepsBeforeAnEvaluationThatFailsAreKept()
    {
        List<int> steps = [];
        var recipe = Recipe with { MaxSteps = 6, EvaluateEvery = 4 };
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => Train("out", recipe, onStep: step => steps.Add(step.Step), answer: _ => throw new TimeZoneNotFoundException()));
        Assert.Equal([1, 2, 3, 4], steps);
        Assert.Equal(6, (await Train("out", recipe, resumes: true, onStep: step => steps.Add(step.Step))).Steps);
        Assert.Equal([1, 2, 3, 4, 5, 6], steps);
    }

    [Fact]
    public async Task NothingIsSkippedForEver()
    {
        var error = await Assert.ThrowsAsync<UserException>(() => Train("out", Recipe with { OnNonFinite = NonFiniteStep.Skip, MaxSteps = 30 }, head: new PoisonedHead(Backbone.View, null)));
        Assert.StartsWith("Step 11 must have a finite loss and gradient, but has NaN and NaN, on examples ", error.Message, StringComparison.Ordinal);
        Assert.Equal(10, said.Warnings.Count);
    }

    [Fact]
    public async Task TrainingGoesBackToTheLastCheckpointAndOnBehindTheBadBatch()
    {
        List<int> steps = [];
        var recipe = Recipe with { OnNonFinite = NonFiniteStep.GoBack, MaxSteps = 12, EvaluateEvery = 2 };
        PoisonedHead head = new(Backbone.View, null) { Calls = [5] };
        await Train("out", recipe, head: head, onStep: step => steps.Add(step.Step));
        // Step 6 fails, and the checkpoint is that of step 4.
        Assert.Equal([1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10, 11, 12], steps);
        Assert.Matches(@"^Step 6 must have .* of the data\. Going back to step 4, and on with the data behind it\.$", Assert.Single(said.Warnings));
        Assert.Equal(Enumerable.Range(1, 12), File.ReadLines(Folder["out/metrics.jsonl"]).Select(line => JsonNode.Parse(line)!).Where(line => line["loss"] is not null).Select(line => (int)line["step"]!));
        Assert.True(Directory.Exists(Folder["out/best"]));
    }

    [Fact]
    public async Task WhoGoesBackToTheSameCheckpointAgainAndAgainStops()
    {
        var recipe = Recipe with { OnNonFinite = NonFiniteStep.GoBack, MaxSteps = 30, EvaluateEvery = 2 };
        var error = await Assert.ThrowsAsync<UserException>(() => Train("out", recipe, head: new PoisonedHead(Backbone.View, null) { Calls = [.. Enumerable.Range(5, 90)] }));
        Assert.StartsWith("Step 5 must have a finite loss and gradient", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, said.Warnings.Count);
    }

    private static string Poison(int example) => NumbersTraining.Examples(30, seed: 1)[example - 1].Input;

    private async Task<TrainingResult> Train(
        string name, FineTuningRecipe? recipe = null, bool resumes = false, NumbersHead? head = null, Action<TrainingStep>? onStep = null, Func<IReadOnlyList<string>, IReadOnlyList<string>>? answer = null)
    {
        using var trainer = NumbersTraining.Make(Backbone, recipe ?? Recipe, head: head, answer: answer, log: said);
        return await trainer.TrainAsync(new() { Data = [], Output = Folder[name], Resume = resumes, OnStep = onStep }, TestContext.Current.CancellationToken);
    }

    private Task<InvalidOperationException> Killed(string name, int step, FineTuningRecipe? recipe = null) => Assert.ThrowsAsync<InvalidOperationException>(() => Train(name, recipe, onStep: made =>
    {
        if (made.Step == step)
        {
            throw new InvalidOperationException("killed");
        }
    }));

    /// <summary>Has a loss that is no number on some inputs, or on all, or at some calls in training.</summary>
    private sealed class PoisonedHead(IBackbone backbone, IReadOnlyList<string>? inputs) : NumbersHead(backbone)
    {
        private int calls;

        public IReadOnlyList<int>? Calls { get; init; }

        public override TaskLoss Loss(EncodedBatch<string> batch)
        {
            var loss = base.Loss(batch);
            var isPoisoned = training && (Calls?.Contains(calls++) ?? inputs?.Any(batch.Parts.Contains) ?? true);
            return isPoisoned ? loss with { Sum = loss.Sum * tensor(float.NaN) } : loss;
        }
    }
}
