using Ptgp.Backbone.Weights;
using Ptgp.Host.Training;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Ptgp.Host.Tests.Training;

public sealed class AveragingTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly string folder = Directory.CreateTempSubdirectory("ptgp-").FullName;
    private readonly TrainedParameter[] parameters = [new("a", new Parameter(zeros(2, 3))), new("b", new Parameter(zeros(4)))];

    public void Dispose()
    {
        scope.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void TheMovingAverageBeginsWithTheFirstStepAndFollows()
    {
        using Averaging averaging = new(new() { Ema = 0.75 }, parameters);
        // 8, then 0.75 · 8 + 0.25 · 4 = 7, then 0.75 · 7 + 0.25 · 1 = 5.5.
        foreach (var (value, step) in new[] { 8f, 4, 1 }.Select((value, step) => (value, step)))
        {
            Set(value);
            averaging.Step(step);
        }

        using (averaging.ShowMoving())
        {
            AssertAll(5.5f);
        }

        AssertAll(1);
    }

    [Fact]
    public void AMovingAverageGoesOnWhereAnotherStood()
    {
        using Averaging first = new(new() { Ema = 0.75 }, parameters), second = new(new() { Ema = 0.75 }, parameters);
        Set(8);
        first.Step(0);
        var saved = first.State.ToDictionary();
        second.Load(name => saved[name]);
        Set(4);
        second.Step(1);
        using var shown = second.ShowMoving();
        AssertAll(7);
    }

    [Fact]
    public void WithoutAMovingAverageTheWeightsAreShown()
    {
        using Averaging averaging = new(new(), parameters);
        Set(3);
        averaging.Step(0);
        Assert.Empty(averaging.State);
        using var shown = averaging.ShowMoving();
        AssertAll(3);
    }

    [Fact]
    public void TheMeanIsThatOfTheFiles()
    {
        using Averaging averaging = new(new() { AverageLast = 3 }, parameters);
        var files = new[] { 1f, 2, 6 }.Select(value =>
        {
            Set(value);
            var path = Path.Combine(folder, $"{value}.safetensors");
            SafeTensorsWriter.Write(path, averaging.Weights);
            return path;
        }).ToArray();
        using (averaging.ShowMean(files))
        {
            AssertAll(3);
        }

        AssertAll(6);
    }

    [Fact]
    public void TheLastOrTheBestAreChosen()
    {
        Assert.Equal([2, 3], Choose(new() { AverageLast = 2 }, 5, 1, 3));
        Assert.Equal([2, 3], Choose(new() { AverageBest = 2 }, 5, 1, 3).Order());
        // Of equals the earlier, and what is no number never before a number.
        Assert.Equal([1, 2], Choose(new() { AverageBest = 2 }, 1, 1, 1).Order());
        Assert.Equal([1, 3], Choose(new() { AverageBest = 2 }, 4, double.NaN, 9).Order());
        Assert.Empty(Choose(new(), 5, 1, 3));
    }

    [Fact]
    public void LastAndBestDoNotGoTogether() => Assert.Equal(
        "Weights must be averaged over the last evaluations or over the best, but averageLast is 2 and averageBest 3. Leave one out.",
        Assert.Throws<UsageException>(() => new Averaging(new() { AverageLast = 2, AverageBest = 3 }, parameters)).Message);

    private IEnumerable<int> Choose(FineTuningRecipe recipe, params double[] losses)
    {
        using Averaging averaging = new(recipe, parameters);
        IReadOnlyList<TrainingScore> kept = [];
        for (var step = 1; step <= losses.Length; step++)
        {
            kept = averaging.Choose(kept, TrainingScore.OfLoss(step, losses[step - 1]));
        }

        return kept.Select(score => score.Step);
    }

    private void Set(float value)
    {
        using var gradientless = no_grad();
        foreach (var parameter in parameters)
        {
            parameter.Value.fill_(value);
        }
    }

    private void AssertAll(float value) => Assert.All(parameters, parameter => Assert.All(parameter.Value.data<float>().ToArray(), number => Assert.Equal(value, number)));
}
