using System.Text.Json;
using Ptgp.Backbone.Weights;
using Ptgp.Host.Training;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Ptgp.Host.Tests.Training;

public sealed class AdamWTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly SafeTensorsFile golden = SafeTensorsFile.Open(Repository.Fixture("training", "optim.safetensors"));

    // Parameter 1 is a bias in the golden file: it does not decay.
    private readonly TrainedParameter[] parameters;

    public AdamWTests() => parameters = [.. new[] { "a.weight", "b.bias", "c.weight" }.Select((name, i) => new TrainedParameter(name, new Parameter(golden.Read($"param.{i}").clone())))];

    public void Dispose()
    {
        golden.Dispose();
        scope.Dispose();
    }

    [Fact]
    public void TenStepsEqualTorchs()
    {
        using AdamW optimizer = new(parameters, decay: 0.1);
        for (var step = 1; step <= 10; step++)
        {
            Learn(optimizer, step);
            AssertEqualsGolden(step);
        }
    }

    [Fact]
    public void SavedAndLoadedItGoesOnTheSame()
    {
        Dictionary<string, Tensor> saved = [];
        using (AdamW optimizer = new(parameters, decay: 0.1))
        {
            for (var step = 1; step <= 5; step++)
            {
                Learn(optimizer, step);
            }

            foreach (var (name, tensor) in optimizer.State)
            {
                saved.Add(name, tensor.clone());
            }
        }

        using AdamW second = new(parameters, decay: 0.1);
        second.Load(name => saved[name]);
        for (var step = 6; step <= 10; step++)
        {
            Learn(second, step);
            AssertEqualsGolden(step);
        }
    }

    [Fact]
    public void AParameterThatTheLossDoesNotReachStays()
    {
        using AdamW optimizer = new(parameters, decay: 0.1);
        var before = parameters[2].Value.clone();
        SetGradient(0, golden.Read("grad.1.0").clone());
        optimizer.Step(0.01);
        Assert.True(before.Equals(parameters[2].Value));
        Assert.False(golden.Read("param.0").Equals(parameters[0].Value));
        Assert.Null(parameters[0].Value.grad);
    }

    [Theory]
    [InlineData("clip_half", 0.5)]
    [InlineData("clip_one", 1)]
    [InlineData("clip_none", 50)]
    public void ClippingEqualsTorchs(string name, double maxNorm)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Repository.Fixture("training", "optim.json")));
        var expected = json.RootElement.GetProperty("clipping").EnumerateArray().Single(item => item.GetProperty("name").GetString() == name);
        Assert.Equal(maxNorm, expected.GetProperty("max_norm").GetDouble());
        // Gradients of a sum of four terms are four times those of the mean.
        Tensor[] gradients = [.. Enumerable.Range(0, 3).Select(i => golden.Read($"grad.3.{i}") * 4)];
        var norm = Gradients.AverageAndClip(gradients, count: 4, maxNorm);
        Assert.Equal(expected.GetProperty("norm").GetDouble(), norm.item<float>(), 1e-4);
        for (var i = 0; i < gradients.Length; i++)
        {
            Assert.True(gradients[i].allclose(golden.Read($"{name}.{i}"), rtol: 1e-5, atol: 1e-7));
        }
    }

    [Fact]
    public void NoClippingOnlyAverages()
    {
        var gradient = full([3], 100f);
        Assert.Equal(MathF.Sqrt(3) * 50, Gradients.AverageAndClip([gradient], count: 2, maxNorm: 0).item<float>(), 1e-3f);
        Assert.Equal([50f, 50, 50], gradient.data<float>().ToArray());
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

    private void Learn(AdamW optimizer, int step)
    {
        for (var i = 0; i < 3; i++)
        {
            SetGradient(i, golden.Read($"grad.{step}.{i}").clone());
        }

        optimizer.Step(0.01);
    }

    private void SetGradient(int parameter, Tensor gradient) => (parameters[parameter].Value * gradient).sum().backward();

    private void AssertEqualsGolden(int step)
    {
        for (var i = 0; i < 3; i++)
        {
            var difference = (parameters[i].Value - golden.Read($"adamw.{step}.{i}")).abs().max().item<float>();
            Assert.True(difference < 1e-6, $"step {step}, parameter {i}: {difference}");
        }
    }
}
