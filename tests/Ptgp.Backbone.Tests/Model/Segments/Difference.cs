using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model.Segments;

/// <summary>The largest difference between numbers.</summary>
internal static class Difference
{
    public static double Of(Tensor actual, Tensor expected)
    {
        Assert.Equal(expected.shape, actual.shape);
        return actual.NumberOfElements == 0 ? 0 : (actual - expected).abs().max().item<float>();
    }

    public static double Of(Tensor actual, double[][] expected) => (actual.to(ScalarType.Float64) - Rows(expected)).abs().max().item<double>();

    private static Tensor Rows(double[][] rows) => tensor([.. rows.SelectMany(row => row)], [rows.Length, rows[0].Length]);
}
