using CsCheck;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Training;

/// <summary>A training that was stopped ends as one that was not.</summary>
[Collection(DrawingTests.Name)]
public sealed class ResumedTrainingTests : TrainedNumbersTests
{
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
            var home = Path.Combine(Path.GetDirectoryName(Output)!, $"{Guid.NewGuid():N}");
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
        await Run(Output + "-whole", resumes: false, stop: null);
        foreach (var stop in new[] { 3, 8, 10 })
        {
            Assert.True((await Run(Output, resumes: stop > 3, stop)).WasInterrupted);
        }

        Assert.False((await Run(Output, resumes: true, stop: null)).WasInterrupted);
        Assert.Equal(File.ReadAllText(Path.Combine(Output + "-whole", "metrics.jsonl")), File.ReadAllText(Path.Combine(Output, "metrics.jsonl")));
        Assert.All(
            Directory.GetFiles(Output + "-whole", "*.safetensors", SearchOption.AllDirectories),
            file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(file.Replace(Output + "-whole", Output, StringComparison.Ordinal))));
        Assert.False(Directory.Exists(Path.Combine(Output, TrainingFolder.Evaluated)));

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

    [Fact]
    public async Task ATrainingThatWasKilledGoesOnFromItsLastCheckpoint()
    {
        await Train(Recipe, request => request with { Output = Output + "-whole" });
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
        File.AppendAllText(Path.Combine(Output, "metrics.jsonl"), "{\"step\": 14, \"lo");
        await Train(Recipe, request => request with { Resume = true });
        Assert.Equal(File.ReadAllText(Path.Combine(Output + "-whole", "metrics.jsonl")), File.ReadAllText(Path.Combine(Output, "metrics.jsonl")));
    }

    [Fact]
    public async Task OutputAndResumptionMustFit()
    {
        Assert.Equal($"Output '{Output}' must hold an interrupted training to go on with, but has no recipe.json. Train without --resume.", await Message(Recipe, request => request with { Resume = true }));
        await Train(Recipe);
        Assert.Equal($"Output '{Output}' must not hold a training yet, but does. Go on with it by --resume, or name another folder.", await Message(Recipe));
        Assert.Equal(
            $"The training in '{Output}' can only go on with its own recipe: rank 2 (now 3), targets [\"q\",\"v\"] (now [\"o\"]). Use that recipe, or train without --resume into another folder.",
            await Message(Recipe with { Rank = 3, Targets = ["o"] }, request => request with { Resume = true }));
        Assert.Equal(
            $"The training in '{Output}' can only go on with its own data, which gave 30 sequences, but there are 7 now. Use that data, or train without --resume into another folder.",
            await Message(Recipe, request => request with { Resume = true }, NumbersTraining.Examples(7, 1)));
    }
}
