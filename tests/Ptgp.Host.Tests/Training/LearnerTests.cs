using CsCheck;
using Ptgp.Host.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Training;

public sealed class LearnerTests : IDisposable
{
    private static readonly FineTuningRecipe Recipe = new() { Tuning = BackboneTuning.LowRank, MaxGradNorm = 0.5, LearningRate = 0.01 };

    private static readonly EncodedExample<string>[] Examples = [.. Enumerable.Range(0, 9).Select(i => new EncodedExample<string>(
        "", Features.FromTokens(Enumerable.Range(2 + i, 3 + (i * 5 % 7)).Append(1)), Target.FromLabels(Enumerable.Range(20 + i, 1 + (i * 3 % 5)).Append(1).Select(label => (long)label))))];

    private readonly DisposeScope scope = NewDisposeScope();
    private readonly NumbersBackbone backbone = new();

    public void Dispose()
    {
        backbone.Dispose();
        scope.Dispose();
    }

    [Fact]
    public void MicroBatchesEqualOneBatch()
    {
        var (loss, norm, count, gradients) = Step([Examples]);
        Assert.Equal(Examples.Sum(example => example.Target.Labels.Count), count);
        Gen.Select(Gen.Shuffle(Examples), Gen.Int[1, 9]).Sample(
            (shuffled, size) =>
            {
                using var inner = NewDisposeScope();
                var (microLoss, microNorm, microCount, microGradients) = Step([.. shuffled.Chunk(size)]);
                Assert.Equal(count, microCount);
                Assert.Equal(loss, microLoss, 1e-5);
                Assert.Equal(norm, microNorm, 1e-4 * norm);
                Assert.All(gradients.Zip(microGradients), pair => Assert.True((pair.First - pair.Second).abs().max().item<float>() < 1e-5));
            },
            iter: 20,
            threads: 1);
    }

    [Fact]
    public void APaddedRowChangesNothing()
    {
        var alone = Examples.Select(example => Step([[example]])).ToArray();
        var together = Step([Examples]);
        Assert.Equal(alone.Sum(one => one.Loss * one.Count) / together.Count, together.Loss, 1e-5);
    }

    [Fact]
    public void ALossThatDependsOnNothingTrainedIsNamed()
    {
        using NumbersHead head = new(backbone.View);
        using var optimizer = Optimizer.Of(Recipe, [new("x", new(ones(1)))]);
        Learner<string, string, string, string> learner = new() { Head = head, Backbone = backbone.View, Collator = backbone.Collator, Optimizer = optimizer, Recipe = Recipe };
        Assert.Equal(
            "The loss of NumbersHead must depend on what is trained, but does not. Choose another tuning than 'lowRank', or other targets.",
            Assert.Throws<UserException>(() => learner.Step(0, 0.01, [Examples])).Message);
    }

    [Fact]
    public void MemoryDoesNotGrowOverSteps()
    {
        using NumbersHead head = new(backbone.View);
        using Tuning tuning = new(Recipe, backbone.Checkpoint, backbone.View, head, from: null);
        using var optimizer = Optimizer.Of(Recipe, tuning.Parameters);
        Learner<string, string, string, string> learner = new() { Head = head, Backbone = backbone.View, Collator = backbone.Collator, Optimizer = optimizer, Recipe = Recipe };
        tuning.Train();
        learner.Step(0, 0.01, [Examples]);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var step = 1; step < 10; step++)
        {
            learner.Step(step, 0.01, [Examples]);
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    // After one step the optimizer's means are a tenth of the gradients, averaged and cut. The weights would not do: AdamW's first step moves
    // each by the learning rate, in whose gradient but rounding is left either way.
    private (double Loss, double Norm, long Count, Tensor[] Gradients) Step(IReadOnlyList<IReadOnlyList<EncodedExample<string>>> batches)
    {
        using NumbersHead head = new(backbone.View);
        using Tuning tuning = new(Recipe, backbone.Checkpoint, backbone.View, head, from: null);
        using var optimizer = Optimizer.Of(Recipe, tuning.Parameters);
        Learner<string, string, string, string> learner = new() { Head = head, Backbone = backbone.View, Collator = backbone.Collator, Optimizer = optimizer, Recipe = Recipe };
        tuning.Train();
        var (loss, norm, count) = learner.Step(0, 0.01, batches);
        return (loss, norm, count, [.. optimizer.State.Where(item => item.Key.EndsWith(".mean", StringComparison.Ordinal)).Select(item => item.Value.clone())]);
    }
}
