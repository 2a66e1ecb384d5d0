using System.Text.Json;
using Ptgp.Backbone;
using Ptgp.Backbone.Native;
using Ptgp.Backbone.Weights;
using Ptgp.Host.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Training;

/// <summary>24 steps beside the reference's; see <c>tests/fixtures/training/t5-curve</c>.</summary>
public sealed class CurveTests : IDisposable
{
    private const int Steps = 24;

    private static readonly string Folder = Repository.Fixture("training", "t5-curve");

    private readonly DisposeScope scope = NewDisposeScope();
    private readonly NumbersBackbone backbone = new();

    public void Dispose()
    {
        backbone.Dispose();
        scope.Dispose();
    }

    [Theory]
    [InlineData("base")]
    [InlineData("label_smoothing")]
    [InlineData("accumulation")]
    [InlineData("frozen_embeddings")]
    [InlineData("lora")]
    [InlineData("adafactor")]
    public void LossesNormsAndWeightsEqualTheReferences(string variant)
    {
        var shared = backbone.Snapshot();
        FineTuningRecipe recipe = new()
        {
            Tuning = variant == "lora" ? BackboneTuning.LowRank : BackboneTuning.Full,
            LearningRate = variant == "lora" ? 5e-3 : 1e-3,
            Optimizer = variant == "adafactor" ? OptimizerKind.Adafactor : OptimizerKind.AdamW,
            Schedule = variant == "adafactor" ? LearningRateSchedule.Constant : LearningRateSchedule.Linear,
            WarmupSteps = variant == "adafactor" ? 0 : 4,
            WeightDecay = variant == "adafactor" ? 0 : 0.01,
            LabelSmoothing = variant == "label_smoothing" ? 0.1 : 0,
            Accumulation = variant == "accumulation" ? 4 : 1,
            TrainEmbeddings = variant != "frozen_embeddings",
        };
        using NumbersHead head = new(backbone.View);
        using Tuning tuning = new(recipe, backbone.Checkpoint, backbone.View, head, variant == "lora" ? Path.Combine(Folder, "lora-initial") : null);
        using var optimizer = Optimizer.Of(recipe, tuning.Parameters);
        Learner<string, string, string, string> learner = new() { Head = head, Backbone = backbone.View, Collator = backbone.Collator, Optimizer = optimizer, Recipe = recipe };
        LearningRate rate = new(recipe, Steps);
        var batches = ReadBatches();
        tuning.Train();
        var step = 0;
        foreach (var expected in ReadSteps(variant))
        {
            var micro = Enumerable.Range(step * recipe.Accumulation, recipe.Accumulation).Select(batch => batches[batch % 8]).ToArray();
            var (loss, norm, count) = learner.Step(step, rate.At(step), micro);
            Assert.Equal(expected.GetProperty("lr").GetDouble(), rate.At(step), 1e-12);
            Assert.Equal(expected.GetProperty("tokens").GetInt64(), count);
            AssertClose(expected.GetProperty("loss").GetDouble(), loss, $"loss of step {step}");
            AssertClose(expected.GetProperty("grad_norm").GetDouble(), norm, $"norm of step {step}");
            step++;
        }

        Assert.Equal(Steps, step);
        if (variant != "label_smoothing")
        {
            AssertWeights(variant, tuning);
        }

        foreach (var (name, parameter) in backbone.Transformer.NamedParameters)
        {
            Assert.True(shared[name].Equals(parameter), $"{name} of the shared backbone has changed");
        }
    }

    [Fact]
    public void RoundedToSixteenBitsTheCurveStaysWithinTheReferencesBound()
    {
        Assert.SkipUnless(Autocast.IsAvailable, "This libtorch has no way to it.");
        FineTuningRecipe recipe = new() { Tuning = BackboneTuning.Full, LearningRate = 1e-3, WarmupSteps = 4, Precision = TrainingPrecision.Bfloat16 };
        using NumbersHead head = new(backbone.View);
        using Tuning tuning = new(recipe, backbone.Checkpoint, backbone.View, head, from: null);
        using var optimizer = Optimizer.Of(recipe, tuning.Parameters);
        Learner<string, string, string, string> learner = new() { Head = head, Backbone = backbone.View, Collator = backbone.Collator, Optimizer = optimizer, Recipe = recipe };
        LearningRate rate = new(recipe, Steps);
        var batches = ReadBatches();
        tuning.Train();
        var (step, exact) = (0, 0);
        foreach (var (rounded, plain) in ReadSteps("bf16_autocast").Zip(ReadSteps("base")))
        {
            var loss = learner.Step(step, rate.At(step), [batches[step % 8]]).Loss;
            Assert.True(Math.Abs(rounded.GetProperty("loss").GetDouble() - loss) < 0.03, $"loss of step {step} must be {rounded.GetProperty("loss").GetDouble()}, but is {loss}");
            exact += Math.Abs(plain.GetProperty("loss").GetDouble() - loss) < 1e-5 ? 1 : 0;
            Assert.All(tuning.Parameters, parameter => Assert.Equal(float32, parameter.Value.dtype));
            step++;
        }

        Assert.Equal(Steps, step);
        Assert.True(exact < Steps / 2, "nothing was rounded");
    }

    private static void AssertClose(double expected, double actual, string what) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-4 * Math.Abs(expected), $"{what} must be {expected}, but is {actual}");

    private static JsonElement.ArrayEnumerator ReadSteps(string variant)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "curves.json")));
        return json.RootElement.GetProperty("variants").EnumerateArray().Single(item => item.GetProperty("name").GetString() == variant)
            .GetProperty("steps").Clone().EnumerateArray();
    }

    private static List<EncodedExample<string>[]> ReadBatches()
    {
        using var file = SafeTensorsFile.Open(Path.Combine(Folder, "batches.safetensors"));
        List<EncodedExample<string>[]> batches = [];
        for (var batch = 0; batch < 8; batch++)
        {
            var (ids, mask, labels) = (file.Read($"{batch}.input_ids"), file.Read($"{batch}.attention_mask"), file.Read($"{batch}.labels"));
            batches.Add([.. Enumerable.Range(0, (int)ids.size(0)).Select(row => new EncodedExample<string>(
                $"{batch}.{row}",
                Features.FromTokens(Row(ids, row)[..(int)Row(mask, row).Sum()].Select(id => (int)id)),
                Target.FromLabels(Row(labels, row).Where(label => label != Target.Ignored))))]);
        }

        return batches;

        static long[] Row(Tensor tensor, int row) => tensor[row].data<long>().ToArray();
    }

    private void AssertWeights(string variant, Tuning tuning)
    {
        using var file = SafeTensorsFile.Open(Path.Combine(Folder, $"final-{variant}.safetensors"));
        var names = backbone.Checkpoint.Family.NamesOf(backbone.Checkpoint.Config);
        var compared = 0;
        foreach (var parameter in tuning.Parameters.Where(parameter => parameter.Value.requires_grad))
        {
            var path = parameter.Name[(parameter.Name.IndexOf('.', StringComparison.Ordinal) + 1)..];
            var name = variant == "lora"
                ? $"base_model.model.{names[path[..^2] + ".weight"][..^".weight".Length]}.lora_{path[^1]}.weight"
                : names[path];
            var difference = (file.Read(name) - parameter.Value).abs().max().item<float>();
            Assert.True(difference < 1e-4, $"{name} differs by {difference}");
            compared++;
        }

        Assert.Equal(file.Entries.Count, compared);
    }
}
