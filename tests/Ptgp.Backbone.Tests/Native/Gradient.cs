using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Native;

/// <summary>Compares what two ways of computing make of the same inputs, and what gradients they give them.</summary>
internal static class Gradient
{
    public static void AssertSame(Func<Tensor[], Tensor> expected, Func<Tensor[], Tensor> actual, params Tensor[] inputs)
    {
        using var scope = NewDisposeScope();
        var (wanted, wantedGradients) = Run(expected, inputs);
        var (found, foundGradients) = Run(actual, inputs);
        AssertClose(wanted, found);
        foreach (var (wantedGradient, foundGradient) in wantedGradients.Zip(foundGradients))
        {
            AssertClose(wantedGradient, foundGradient);
        }
    }

    public static void AssertClose(Tensor expected, Tensor actual, double tolerance = 1e-5)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(expected.dtype, actual.dtype);
        if (!allclose(actual, expected, tolerance, tolerance))
        {
            Assert.Fail($"differs by {(actual - expected).abs().max().to(float32).item<float>()}");
        }
    }

    private static (Tensor Result, Tensor[] Gradients) Run(Func<Tensor[], Tensor> compute, Tensor[] inputs)
    {
        Tensor[] leaves = [.. inputs.Select(input => input.clone().requires_grad_())];
        var result = compute(leaves);
        result.mul(arange(result.NumberOfElements, dtype: result.dtype).cos().view(result.shape)).sum().backward();
        return (result, [.. leaves.Select(leaf => leaf.grad!)]);
    }
}
