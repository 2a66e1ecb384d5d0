using System.Text.Json;
using Ptgp.Backbone.Weights;
using Ptgp.Host.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Training;

public sealed class GradientsTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Theory]
    [InlineData("clip_half", GradientClipping.Norm)]
    [InlineData("clip_one", GradientClipping.Norm)]
    [InlineData("clip_none", GradientClipping.Norm)]
    [InlineData("clip_inf_norm", GradientClipping.Greatest)]
    [InlineData("clip_value", GradientClipping.Value)]
    public void ClippingEqualsTorchs(string name, GradientClipping clipping)
    {
        using var golden = SafeTensorsFile.Open(Repository.Fixture("training", "optim.safetensors"));
        using var json = JsonDocument.Parse(File.ReadAllText(Repository.Fixture("training", "optim.json")));
        var expected = json.RootElement.GetProperty("clipping").EnumerateArray().Single(item => item.GetProperty("name").GetString() == name);
        var limit = expected.GetProperty(clipping == GradientClipping.Value ? "clip_value" : "max_norm").GetDouble();
        // Gradients of a sum of four terms are four times those of the mean.
        Tensor[] gradients = [.. Enumerable.Range(0, 3).Select(i => golden.Read($"grad.3.{i}") * 4)];
        var norm = Gradients.AverageAndClip(gradients, count: 4, limit, clipping);
        if (expected.TryGetProperty("norm", out var length))
        {
            Assert.Equal(length.GetDouble(), norm.item<float>(), 1e-4);
        }

        for (var i = 0; i < gradients.Length; i++)
        {
            Assert.True(gradients[i].allclose(golden.Read($"{name}.{i}"), rtol: 1e-5, atol: 1e-7));
        }
    }

    [Theory]
    [InlineData(GradientClipping.Norm, 86.602540f)]
    [InlineData(GradientClipping.Greatest, 50f)]
    [InlineData(GradientClipping.Value, 86.602540f)]
    public void NoClippingOnlyAverages(GradientClipping clipping, float length)
    {
        var gradient = full([3], 100f);
        Assert.Equal(length, Gradients.AverageAndClip([gradient], count: 2, limit: 0, clipping).item<float>(), 1e-3f);
        Assert.Equal([50f, 50, 50], gradient.data<float>().ToArray());
    }
}
