using System.Text.Json;
using Ptgp.Backbone.Weights;
using Ptgp.Host.Training;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Ptgp.Host.Tests.Training;

/// <summary>Ten steps of each optimizer beside torch's and transformers'; see <c>tests/fixtures/training/optim.json</c>.</summary>
public sealed class OptimizerTests : IDisposable
{
    private const int Steps = 10;

    private readonly DisposeScope scope = NewDisposeScope();
    private readonly SafeTensorsFile golden = SafeTensorsFile.Open(Repository.Fixture("training", "optim.safetensors"));

    // Parameter 1 is a bias in the golden file: it does not decay.
    private readonly TrainedParameter[] parameters;

    public OptimizerTests() => parameters = Parameters();

    public static TheoryData<string> Golden => [.. Cases.Select(item => item.GetProperty("name").GetString()!)];

    private static JsonElement[] Cases
    {
        get
        {
            using var json = JsonDocument.Parse(File.ReadAllText(Repository.Fixture("training", "optim.json")));
            return [.. json.RootElement.GetProperty("optimizers").Clone().EnumerateArray()];
        }
    }

    public void Dispose()
    {
        golden.Dispose();
        scope.Dispose();
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void TenStepsEqualTheReferences(string name)
    {
        var recipe = Read(name);
        LearningRate rate = new(recipe, Steps);
        using var optimizer = Optimizer.Of(recipe, parameters);
        for (var step = 1; step <= Steps; step++)
        {
            Learn(optimizer, rate, step);
            for (var i = 0; i < parameters.Length; i++)
            {
                var difference = (parameters[i].Value - golden.Read($"{name}.{step}.{i}")).abs().max().item<float>();
                Assert.True(difference < (recipe.Optimizer == OptimizerKind.Adafactor ? 1e-5 : 1e-6), $"step {step}, parameter {i}: {difference}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void SavedAndLoadedItGoesOnToTheBit(string name)
    {
        var recipe = Read(name);
        LearningRate rate = new(recipe, Steps);
        Dictionary<string, Tensor> saved = [];
        Tensor[] halfway;
        using (var optimizer = Optimizer.Of(recipe, parameters))
        {
            for (var step = 1; step <= 5; step++)
            {
                Learn(optimizer, rate, step);
            }

            halfway = [.. parameters.Select(parameter => parameter.Value.detach().clone())];
            foreach (var (key, tensor) in optimizer.State)
            {
                saved.Add(key, tensor.clone());
            }

            for (var step = 6; step <= Steps; step++)
            {
                Learn(optimizer, rate, step);
            }
        }

        var again = halfway.Select((value, i) => new TrainedParameter(parameters[i].Name, new Parameter(value))).ToArray();
        using var second = Optimizer.Of(recipe, again);
        second.Load(key => saved[key]);
        for (var step = 6; step <= Steps; step++)
        {
            Learn(second, rate, step, again);
        }

        Assert.All(parameters.Zip(again), pair => Assert.True(pair.First.Value.Equals(pair.Second.Value)));
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Adam)]
    [InlineData(OptimizerKind.Adafactor)]
    [InlineData(OptimizerKind.Sgd)]
    public void AParameterThatTheLossDoesNotReachStays(OptimizerKind kind)
    {
        using var optimizer = Optimizer.Of(new() { Optimizer = kind, Momentum = 0.9, WeightDecay = 0.1 }, parameters);
        for (var step = 1; step <= 2; step++)
        {
            SetGradient(parameters[0], golden.Read($"grad.{step}.0").clone());
            optimizer.Step(0.01);
        }

        Assert.True(golden.Read("param.2").Equals(parameters[2].Value));
        Assert.False(golden.Read("param.0").Equals(parameters[0].Value));
        Assert.Null(parameters[0].Value.grad);

        // Reached at last, it begins as it would have in the first step.
        SetGradient(parameters[2], golden.Read("grad.1.2").clone());
        optimizer.Step(0.01);
        TrainedParameter alone = new("c.weight", new Parameter(golden.Read("param.2").clone()));
        using var fresh = Optimizer.Of(new() { Optimizer = kind, Momentum = 0.9, WeightDecay = 0.1 }, [alone]);
        SetGradient(alone, golden.Read("grad.1.2").clone());
        fresh.Step(0.01);
        Assert.True(alone.Value.Equals(parameters[2].Value));
    }

    [Theory]
    [InlineData("encoder.layers.0.self_attention.q.weight", 2, true)]
    [InlineData("encoder.layers.0.self_attention.q.bias", 1, false)]
    [InlineData("encoder.relative_bias.weight", 2, false)]
    [InlineData("decoder.norm.weight", 1, false)]
    [InlineData("output.bias", 2, false)]
    [InlineData("embeddings.weight", 2, true)]
    public void BiasesAndNormsDoNotDecay(string name, int dimensions, bool decays) =>
        Assert.Equal(decays, new TrainedParameter(name, new Parameter(ones([.. Enumerable.Repeat(2L, dimensions)]))).Decays);

    [Fact]
    public void FieldsThatDoNotGoTogetherAreRefused()
    {
        Assert.Equal(
            "Nesterov's momentum must have a momentum above 0 and no dampening, but has 0 and 0. Set 'momentum', to 0.9 for one, and leave out 'dampening'.",
            Assert.Throws<UsageException>(() => Optimizer.Of(new() { Optimizer = OptimizerKind.Sgd, Nesterov = true }, parameters)).Message);
        Assert.Equal(
            "Adafactor's 'warmupInit' must go with 'relativeStep', whose beginning it is, but that is false. Set it too, or use 'warmup' with a learning rate of your own.",
            Assert.Throws<UsageException>(() => Optimizer.Of(new() { Optimizer = OptimizerKind.Adafactor, WarmupInit = true }, parameters)).Message);
    }

    private static FineTuningRecipe Read(string name)
    {
        var item = Cases.Single(item => item.GetProperty("name").GetString() == name);
        var options = item.GetProperty("options");
        FineTuningRecipe recipe = new()
        {
            Schedule = LearningRateSchedule.Constant,
            Warmup = 0,
            WeightDecay = item.GetProperty("weight_decay_of_0_and_2").GetDouble(),
            Optimizer = Enum.Parse<OptimizerKind>(item.GetProperty("class").GetString()!, ignoreCase: true),
        };
        foreach (var option in options.EnumerateObject())
        {
            double Number(int at = -1) => (at < 0 ? option.Value : option.Value[at]).GetDouble();
            recipe = option.Name switch
            {
                "lr" => option.Value.ValueKind == JsonValueKind.Null ? recipe : recipe with { LearningRate = Number() },
                "betas" => recipe with { Beta1 = Number(0), Beta2 = Number(1) },
                "eps" when option.Value.ValueKind == JsonValueKind.Array => recipe with { Epsilon = Number(0), ScaleEpsilon = Number(1) },
                "eps" => recipe with { Epsilon = Number() },
                "amsgrad" => recipe with { AmsGrad = option.Value.GetBoolean() },
                "momentum" => recipe with { Momentum = Number() },
                "dampening" => recipe with { Dampening = Number() },
                "nesterov" => recipe with { Nesterov = option.Value.GetBoolean() },
                "beta1" => recipe with { Beta1 = Number() },
                "clip_threshold" => recipe with { ClipThreshold = Number() },
                "decay_rate" => recipe with { DecayRate = Number() },
                "scale_parameter" => recipe with { ScaleParameter = option.Value.GetBoolean() },
                "relative_step" => recipe with { RelativeStep = option.Value.GetBoolean() },
                "warmup_init" => recipe with { WarmupInit = option.Value.GetBoolean() },
                _ => throw new InvalidDataException($"Option '{option.Name}' must be known, but is not."),
            };
        }

        return recipe;
    }

    private static void SetGradient(TrainedParameter parameter, Tensor gradient) => (parameter.Value * gradient).sum().backward();

    private TrainedParameter[] Parameters() =>
        [.. new[] { "a.weight", "b.bias", "c.weight" }.Select((name, i) => new TrainedParameter(name, new Parameter(golden.Read($"param.{i}").clone())))];

    private void Learn(Optimizer optimizer, LearningRate rate, int step, TrainedParameter[]? learned = null)
    {
        for (var i = 0; i < parameters.Length; i++)
        {
            SetGradient((learned ?? parameters)[i], golden.Read($"grad.{step}.{i}").clone());
        }

        optimizer.Step(rate.At(step - 1));
    }
}
