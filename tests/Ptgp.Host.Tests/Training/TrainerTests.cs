using System.Text.Json.Nodes;
using CsCheck;
using Ptgp.Backbone.Weights;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Training;

[Collection(DrawingTests.Name)]
public sealed class TrainerTests : NumbersTests
{
    private static readonly FineTuningRecipe Recipe = new()
    {
        Tuning = BackboneTuning.LowRank,
        Rank = 2,
        BatchSize = 4,
        Epochs = 2,
        LearningRate = 0.01,
        Dropout = 0.1,
        EvaluateEvery = 5,
    };

    private readonly string output;

    public TrainerTests() => output = Folder["out"];

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
        var lines = File.ReadLines(Path.Combine(output, "metrics.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject()).ToArray();
        Assert.Equal(20, lines.Length);
        Assert.Equal(["step", "loss", "gradNorm", "learningRate", "tokens"], lines[0].Select(field => field.Key));
        Assert.Equal(["step", "evaluation"], lines[5].Select(field => field.Key));
        Assert.Equal(["loss", "exact"], lines[5]["evaluation"]!.AsObject().Select(field => field.Key));
        Assert.Equal(steps[3].Loss, (double)lines[3]["loss"]!);
        Assert.Equal("lowRank", (string?)JsonNode.Parse(File.ReadAllText(Path.Combine(output, "recipe.json")))!["tuning"]);
        var metrics = JsonNode.Parse(File.ReadAllText(Path.Combine(output, "metrics.json")))!;
        Assert.Equal((16, result.Parameters), ((int)metrics["steps"]!, (long)metrics["parameters"]!));
        foreach (var folder in new[] { "best", "last" })
        {
            Assert.True(File.Exists(Path.Combine(output, folder, "adapter_model.safetensors")));
            Assert.True(File.Exists(Path.Combine(output, folder, "recipe.json")));
        }

        Assert.Equal([output + "/best", output + "/last", output + "/metrics.json", output + "/metrics.jsonl", output + "/recipe.json"], Directory.EnumerateFileSystemEntries(output).Order());
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
    [InlineData(BackboneTuning.Houlsby)]
    [InlineData(BackboneTuning.Dora)]
    [InlineData(BackboneTuning.Prefix)]
    [InlineData(BackboneTuning.Frozen)]
    public void SavingLoadingAndResumingEqualRunningOn(BackboneTuning tuning) => Gen.Select(Gen.Int[1, 15].HashSet[1, 3], Gen.Int[1, 3], Gen.Int[2, 9], Gen.Int).Sample(
        (stops, accumulation, evaluateEvery, seed) =>
        {
            var home = Path.Combine(Path.GetDirectoryName(output)!, $"{Guid.NewGuid():N}");
            var (whole, broken) = (home + "-whole", home + "-broken");
            var recipe = Recipe with { Tuning = tuning, Accumulation = accumulation, MaxSteps = 16, EvaluateEvery = evaluateEvery, Seed = seed, TokensPerBatch = seed % 2 == 0 ? 40 : null, ShuffleBuffer = seed % 3 == 0 ? 11 : 99 };
            Run(whole, resumes: false);
            foreach (var stop in stops.Order())
            {
                var result = Run(broken, resumes: Directory.Exists(broken), stop);
                Assert.Equal((stop, true), (result.Steps, result.WasInterrupted));
                // Something else draws from the process's random stream in between.
                _ = rand(stop);
            }

            Run(broken, resumes: true);
            Assert.Equal(File.ReadAllText(Path.Combine(whole, "metrics.jsonl")), File.ReadAllText(Path.Combine(broken, "metrics.jsonl")));
            Assert.All(
                Directory.GetFiles(whole, "*.safetensors", SearchOption.AllDirectories),
                file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(file.Replace(whole, broken, StringComparison.Ordinal))));

            TrainingResult Run(string folder, bool resumes, int? stop = null)
            {
                using CancellationTokenSource interruption = new();
                Func<NumbersHead> head = tuning == BackboneTuning.Frozen ? () => new ScaledNumbersHead(Backbone.View) : () => new(Backbone.View);
                void OnStep(TrainingStep step)
                {
                    if (step.Step == stop)
                    {
                        interruption.Cancel();
                    }
                }

                return Train(recipe, request => request with { Output = folder, Resume = resumes, OnStep = OnStep }, head, interruption: interruption).GetAwaiter().GetResult();
            }
        },
        iter: 3,
        threads: 1);

    [Theory]
    [InlineData(2, null, null)]
    [InlineData(null, 2, null)]
    [InlineData(3, null, 0.8)]
    public async Task AveragesSurviveInterruption(int? averageLast, int? averageBest, double? ema)
    {
        var recipe = Recipe with { Tuning = BackboneTuning.Full, MaxSteps = 12, EvaluateEvery = 3, AverageLast = averageLast, AverageBest = averageBest, Ema = ema };
        await Run(output + "-whole", resumes: false, stop: null);
        foreach (var stop in new[] { 3, 8, 10 })
        {
            Assert.True((await Run(output, resumes: stop > 3, stop)).WasInterrupted);
        }

        Assert.False((await Run(output, resumes: true, stop: null)).WasInterrupted);
        Assert.Equal(File.ReadAllText(Path.Combine(output + "-whole", "metrics.jsonl")), File.ReadAllText(Path.Combine(output, "metrics.jsonl")));
        Assert.All(
            Directory.GetFiles(output + "-whole", "*.safetensors", SearchOption.AllDirectories),
            file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(file.Replace(output + "-whole", output, StringComparison.Ordinal))));
        Assert.False(Directory.Exists(Path.Combine(output, TrainingFolder.Evaluated)));

        async Task<TrainingResult> Run(string folder, bool resumes, int? stop)
        {
            using CancellationTokenSource interruption = new();
            void OnStep(TrainingStep step)
            {
                if (step.Step == stop)
                {
                    interruption.Cancel();
                }
            }

            return await Train(recipe, request => request with { Output = folder, Resume = resumes, OnStep = OnStep }, interruption: interruption);
        }
    }

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
        new TrainedTask(Backbone.Checkpoint, Backbone.View, head).Load(TrainedTask.Find(output), float32);
        Assert.All(Backbone.View.Adapter!.Weights, weight => Assert.True(weight.Value.allclose((seen[0][weight.Key] + seen[1][weight.Key]) / 2, rtol: 1e-6)));
        Assert.All(Backbone.View.Adapter.Weights, weight => Assert.False(weight.Value.allclose(seen[1][weight.Key], rtol: 1e-6)));
        if (hasHeldOut)
        {
            // As good as the best of them is good enough.
            Assert.Equal((16, true, (int?)2), (evaluations[^1].Step, evaluations[^1].IsBest, evaluations[^1].Averaged));
            var line = JsonNode.Parse(File.ReadLines(Path.Combine(output, "metrics.jsonl")).Last())!;
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

    [Fact]
    public async Task ATrainingThatWasKilledGoesOnFromItsLastCheckpoint()
    {
        await Train(Recipe, request => request with { Output = output + "-whole" });
        await Assert.ThrowsAsync<InvalidOperationException>(() => Train(Recipe, request => request with
        {
            OnStep = step =>
            {
                if (step.Step == 13)
                {
                    throw new InvalidOperationException("killed");
                }
            },
        }));
        File.AppendAllText(Path.Combine(output, "metrics.jsonl"), "{\"step\": 14, \"lo");
        await Train(Recipe, request => request with { Resume = true });
        Assert.Equal(File.ReadAllText(Path.Combine(output + "-whole", "metrics.jsonl")), File.ReadAllText(Path.Combine(output, "metrics.jsonl")));
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
        new TrainedTask(Backbone.Checkpoint, Backbone.View, head).Load(TrainedTask.Find(output), float32);
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
        Assert.Equal(10, (int)JsonNode.Parse(File.ReadAllText(Path.Combine(output, "best", "metrics.json")))!["step"]!);
    }

    [Fact]
    public async Task WithoutHeldOutDataTheTrainingLossDecides()
    {
        var result = await Train(Recipe with { Epochs = 4 }, heldOut: []);
        Assert.Null(result.Best);
        var lines = File.ReadLines(Path.Combine(output, "metrics.jsonl")).Select(line => JsonNode.Parse(line)!).ToArray();
        Assert.Equal(32, lines.Length);
        var means = lines.Select(line => (double)line["loss"]!).Chunk(5).Select(chunk => chunk.Average()).ToArray();
        var best = JsonNode.Parse(File.ReadAllText(Path.Combine(output, "best", "metrics.json")))!;
        Assert.Equal(means.Min(), (double)best["evaluation"]!["loss"]!, 1e-9);
    }

    [Fact]
    public async Task MaxStepsCountWhateverTheEpochsSay()
    {
        Assert.Equal(3, (await Train(Recipe with { MaxSteps = 3 })).Steps);
        Assert.Equal(20, (await Train(Recipe with { MaxSteps = 20 }, request => request with { Output = output + "2" })).Steps);
    }

    [Fact]
    public async Task WhatCannotBeTrainedIsSaid()
    {
        Assert.Equal("Tuning 'frozen' trains the head alone, but NumbersHead has no parameters. Choose 'lowRank' or 'full'.", await Message(Recipe with { Tuning = BackboneTuning.Frozen }));
        Assert.Equal(
            "A recipe's targets must be projections of the backbone, but it has none called 'gate'. It has 'down', 'k', 'o', 'q', 'up', 'v'.",
            await Message(Recipe with { Targets = ["gate"] }, request => request with { Output = output + "2" }));
        Assert.Equal(
            "The training data must hold at least one example to learn from, but of 0 read there is none. Check the file and its format.",
            await Message(Recipe, examples: []));
        File.WriteAllText(output + "-file", "");
        var message = await Message(Recipe, request => request with { Output = output + "-file/out" });
        Assert.StartsWith($"Training must be able to write to '{output}-file/out', but cannot: ", message);
        Assert.EndsWith(" Name another folder, or make room.", message);
    }

    [Fact]
    public async Task ALossThatIsNoNumberEndsTheTraining()
    {
        var message = await Message(Recipe with { Tuning = BackboneTuning.Full, LearningRate = 1, MaxGradNorm = 0, Warmup = 0, WeightDecay = 1e38 });
        Assert.Matches(@"^Step \d+ must have a finite loss and gradient, but has .* and .*, on examples \d+, .* of the data\. Lower the learning rate, or lengthen the warm-up; what was saved before is untouched\.$", message);
    }

    [Fact]
    public async Task OutputAndResumptionMustFit()
    {
        Assert.Equal($"Output '{output}' must hold an interrupted training to go on with, but has no recipe.json. Train without --resume.", await Message(Recipe, request => request with { Resume = true }));
        await Train(Recipe);
        Assert.Equal($"Output '{output}' must not hold a training yet, but does. Go on with it by --resume, or name another folder.", await Message(Recipe));
        Assert.Equal(
            $"The training in '{output}' can only go on with its own recipe: rank 2 (now 3), targets [\"q\",\"v\"] (now [\"o\"]). Use that recipe, or train without --resume into another folder.",
            await Message(Recipe with { Rank = 3, Targets = ["o"] }, request => request with { Resume = true }));
        Assert.Equal(
            $"The training in '{output}' can only go on with its own data, which gave 30 sequences, but there are 7 now. Use that data, or train without --resume into another folder.",
            await Message(Recipe, request => request with { Resume = true }, NumbersTraining.Examples(7, 1)));
    }

    [Fact]
    public async Task AFolderThatIsTakenAwayIsSaidToBeGone()
    {
        var message = await Message(Recipe, request => request with
        {
            OnStep = step =>
            {
                if (step.Step == 2)
                {
                    Directory.Delete(output, recursive: true);
                }
            },
        });
        Assert.StartsWith($"Training must be able to write to '{output}', but cannot: ", message);
        Assert.EndsWith(" The folder was there when training began, and is gone: if it was moved, move it back and go on with --resume; if it was deleted, train anew.", message);
        Assert.False(Directory.Exists(output));
    }

    private async Task<string> Message(FineTuningRecipe recipe, Func<TrainingRequest, TrainingRequest>? change = null, Example<string, string>[]? examples = null) =>
        (await Assert.ThrowsAnyAsync<UserException>(() => Train(recipe, change, examples: examples))).Message;

    private Task<TrainingResult> Train(
        FineTuningRecipe recipe,
        Func<TrainingRequest, TrainingRequest>? change = null,
        Func<NumbersHead>? head = null,
        Example<string, string>[]? examples = null,
        Example<string, string>[]? heldOut = null,
        Func<IReadOnlyList<string>, IReadOnlyList<string>>? answer = null,
        CancellationTokenSource? interruption = null)
    {
        TrainingRequest request = new() { Data = [], Output = output };
        return new Trainer<string, string, string, string>
        {
            Plugin = new NumbersPlugin(),
            Head = head?.Invoke() ?? new(Backbone.View),
            Backbone = Backbone.View,
            Checkpoint = Backbone.Checkpoint,
            Recipe = recipe,
            Examples = examples ?? NumbersTraining.Examples(30, seed: 1),
            HeldOut = heldOut ?? NumbersTraining.Examples(10, seed: 2),
            Answer = (inputs, _) => Task.FromResult(answer?.Invoke(inputs) ?? inputs),
            Log = new Said(),
        }.TrainAsync(change?.Invoke(request) ?? request, interruption?.Token ?? TestContext.Current.CancellationToken);
    }
}
