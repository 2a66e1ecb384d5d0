using System.Text.Json;
using Ptgp.Host.Training;

namespace Ptgp.Host.Tests.Training;

public class LearningRateTests
{
    public static TheoryData<int> Golden => [.. Enumerable.Range(0, Cases.Length)];

    private static JsonElement[] Cases
    {
        get
        {
            using var json = JsonDocument.Parse(File.ReadAllText(Repository.Fixture("training", "optim.json")));
            return [.. json.RootElement.GetProperty("schedules").Clone().EnumerateArray()];
        }
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void EveryScheduleEqualsTheReferences(int at)
    {
        var expected = Cases[at];
        var (recipe, steps) = (Read(expected), expected.GetProperty("training_steps").GetInt32());
        LearningRate rate = new(recipe, steps);
        var rates = expected.GetProperty("lr").EnumerateArray().Select(value => value.GetDouble()).ToArray();
        // Past the end the reference's cosines go on and rise again; ours end.
        var compared = recipe.Schedule is LearningRateSchedule.Cosine ? steps + 1 : rates.Length;
        for (var step = 0; step < compared; step++)
        {
            Assert.Equal(rates[step], rate.At(step), 1e-9);
        }

        if (recipe.Schedule is LearningRateSchedule.Cosine)
        {
            Assert.Equal(rate.At(steps), rate.At(steps + 5), 1e-12);
        }
    }

    [Fact]
    public void WarmupIsAShareOfAllStepsRoundedUpOrAsManyStepsAsAskedFor()
    {
        FineTuningRecipe recipe = new() { LearningRate = 1, Schedule = LearningRateSchedule.Constant, Warmup = 0.1 };
        Assert.Equal(2.0 / 3, new LearningRate(recipe, 30).At(2), 1e-12);
        Assert.Equal(1, new LearningRate(recipe, 30).At(3));
        Assert.Equal(0.75, new LearningRate(recipe, 31).At(3), 1e-12);
        Assert.Equal(0.3, new LearningRate(recipe with { WarmupSteps = 10 }, 30).At(3), 1e-12);
        Assert.Equal(1, new LearningRate(recipe with { WarmupSteps = 0 }, 30).At(0), 1e-12);
    }

    [Fact]
    public void WithoutWarmupTheFirstStepHasThePeak() => Assert.All(
        Enum.GetValues<LearningRateSchedule>(),
        schedule => Assert.Equal(0.5, new LearningRate(new() { LearningRate = 0.5, Schedule = schedule, Warmup = 0 }, 10).At(0), 1e-12));

    [Fact]
    public void NoScheduleFallsBelowItsFloor() => Assert.All(Enum.GetValues<LearningRateSchedule>(), schedule =>
    {
        LearningRate rate = new(new() { LearningRate = 0.5, MinLearningRate = 0.2, Schedule = schedule, Warmup = 0, Timescale = 2 }, 20);
        var rates = Enumerable.Range(0, 30).Select(rate.At).ToArray();
        Assert.True(rates.Min() >= 0.2);
        Assert.Equal(schedule == LearningRateSchedule.Constant ? 0.5 : 0.2, rates[^1], 1e-12);
    });

    [Fact]
    public void AFloorAboveThePeakIsRefused() => Assert.Equal(
        "The learning rate must end no higher than its peak of 0.0003, but minLearningRate is 0.01. Lower it.",
        Assert.Throws<UsageException>(() => new LearningRate(new() { MinLearningRate = 0.01 }, 10)).Message);

    private static FineTuningRecipe Read(JsonElement item)
    {
        var type = item.GetProperty("type").GetString()!;
        FineTuningRecipe recipe = new()
        {
            LearningRate = item.GetProperty("base_lr").GetDouble(),
            WarmupSteps = type == "constant" ? 0 : item.GetProperty("warmup_steps").GetInt32(),
            Schedule = type switch
            {
                "constant" or "constant_with_warmup" => LearningRateSchedule.Constant,
                "cosine_with_min_lr" => LearningRateSchedule.Cosine,
                "inverse_sqrt" => LearningRateSchedule.InverseSquareRoot,
                _ => Enum.Parse<LearningRateSchedule>(type.Replace("_", "", StringComparison.Ordinal), ignoreCase: true),
            },
            // What the reference's polynomial ends with if not told otherwise.
            MinLearningRate = type == "polynomial" ? 1e-7 : 0,
        };
        foreach (var option in item.GetProperty("options").EnumerateObject())
        {
            recipe = option.Name switch
            {
                "num_cycles" => recipe with { Cycles = option.Value.GetDouble() },
                "min_lr" or "lr_end" => recipe with { MinLearningRate = option.Value.GetDouble() },
                "min_lr_rate" or "min_lr_ratio" => recipe with { MinLearningRate = option.Value.GetDouble() * recipe.LearningRate },
                "power" => recipe with { Power = option.Value.GetDouble() },
                "timescale" => recipe with { Timescale = option.Value.GetInt32() },
                "num_decay_steps" => recipe with { DecaySteps = option.Value.GetInt32() },
                "num_stable_steps" => recipe with { StableSteps = option.Value.GetInt32() },
                "decay_type" => recipe with { DecayShape = Shape(option.Value.GetString()!) },
                "warmup_type" => recipe with { WarmupShape = Shape(option.Value.GetString()!) },
                _ => throw new InvalidDataException($"Option '{option.Name}' must be known, but is not."),
            };
        }

        return recipe;
    }

    private static LearningRateShape Shape(string type) => type == "1-sqrt" ? LearningRateShape.SquareRoot : Enum.Parse<LearningRateShape>(type, ignoreCase: true);
}
