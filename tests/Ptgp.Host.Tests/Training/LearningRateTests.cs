using System.Text.Json;
using Ptgp.Host.Training;

namespace Ptgp.Host.Tests.Training;

public class LearningRateTests
{
    public static TheoryData<LearningRateSchedule, string> Schedules => new()
    {
        { LearningRateSchedule.Constant, "constant_with_warmup" },
        { LearningRateSchedule.Linear, "linear" },
        { LearningRateSchedule.Cosine, "cosine" },
        { LearningRateSchedule.InverseSquareRoot, "inverse_sqrt" },
    };

    [Theory]
    [MemberData(nameof(Schedules))]
    public void EveryScheduleEqualsTheReferences(LearningRateSchedule schedule, string name)
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(Repository.Fixture("training", "optim.json")));
        var expected = golden.RootElement.GetProperty("schedules").EnumerateArray()
            .Single(item => item.GetProperty("type").GetString() == name && !item.GetProperty("options").EnumerateObject().Any());
        var (warmup, steps) = (expected.GetProperty("warmup_steps").GetInt32(), expected.GetProperty("training_steps").GetInt32());
        LearningRate rate = new(expected.GetProperty("base_lr").GetDouble(), schedule, warmup, steps);
        var rates = expected.GetProperty("lr").EnumerateArray().Select(value => value.GetDouble()).ToArray();
        // The reference's cosine rises again past the end; ours stays at 0.
        var compared = schedule == LearningRateSchedule.Cosine ? steps + 1 : rates.Length;
        for (var step = 0; step < compared; step++)
        {
            Assert.Equal(rates[step], rate.At(step), 1e-9);
        }

        if (schedule == LearningRateSchedule.Cosine)
        {
            Assert.Equal(0, rate.At(steps + 5), 1e-12);
        }
    }

    [Fact]
    public void WarmupIsAShareOfAllStepsRoundedUp()
    {
        FineTuningRecipe recipe = new() { LearningRate = 1, Schedule = LearningRateSchedule.Constant, Warmup = 0.1 };
        Assert.Equal(2.0 / 3, LearningRate.Of(recipe, 30).At(2), 1e-12);
        Assert.Equal(1, LearningRate.Of(recipe, 30).At(3));
        Assert.Equal(0.75, LearningRate.Of(recipe, 31).At(3), 1e-12);
    }

    [Fact]
    public void WithoutWarmupTheFirstStepHasThePeak() =>
        Assert.All(Enum.GetValues<LearningRateSchedule>(), schedule => Assert.Equal(0.5, new LearningRate(0.5, schedule, 0, 10).At(0), 1e-12));
}
