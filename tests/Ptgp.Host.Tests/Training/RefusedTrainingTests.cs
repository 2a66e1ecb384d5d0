namespace Ptgp.Host.Tests.Training;

/// <summary>What a training says that cannot begin or go on.</summary>
[Collection(DrawingTests.Name)]
public sealed class RefusedTrainingTests : TrainedNumbersTests
{
    [Fact]
    public async Task WhatCannotBeTrainedIsSaid()
    {
        Assert.Equal("Tuning 'frozen' trains the head alone, but NumbersHead has no parameters. Choose 'lowRank' or 'full'.", await Message(Recipe with { Tuning = BackboneTuning.Frozen }));
        Assert.Equal(
            "A recipe's targets must be projections of the backbone, but it has none called 'gate'. It has 'down', 'k', 'o', 'q', 'up', 'v'.",
            await Message(Recipe with { Targets = ["gate"] }, request => request with { Output = Output + "2" }));
        Assert.Equal(
            "The training data must hold at least one example to learn from, but of 0 read there is none. Check the file and its format.",
            await Message(Recipe, examples: []));
        File.WriteAllText(Output + "-file", "");
        var message = await Message(Recipe, request => request with { Output = Output + "-file/out" });
        Assert.StartsWith($"Training must be able to write to '{Output}-file/out', but cannot: ", message);
        Assert.EndsWith(" Name another folder, or make room.", message);
    }

    [Fact]
    public async Task ALossThatIsNoNumberEndsTheTraining()
    {
        var message = await Message(Recipe with { Tuning = BackboneTuning.Full, LearningRate = 1, MaxGradNorm = 0, Warmup = 0, WeightDecay = 1e38 });
        Assert.Matches(@"^Step \d+ must have a finite loss and gradient, but has .* and .*, on examples \d+, .* of the data\. Lower the learning rate, or lengthen the warm-up; what was saved before is untouched\.$", message);
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
                    Directory.Delete(Output, recursive: true);
                }
            },
        });
        Assert.StartsWith($"Training must be able to write to '{Output}', but cannot: ", message);
        Assert.EndsWith(" The folder was there when training began, and is gone: if it was moved, move it back and go on with --resume; if it was deleted, train anew.", message);
        Assert.False(Directory.Exists(Output));
    }
}
