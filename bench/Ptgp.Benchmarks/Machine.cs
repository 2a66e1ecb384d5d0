using static TorchSharp.torch;

namespace Ptgp.Benchmarks;

/// <summary>What the machine can do: the bounds beside which other figures are read.</summary>
internal static class Machine
{
    /// <summary>Measures multiplication of float32 matrices and reading of memory.</summary>
    public static IEnumerable<Measurement> Measure()
    {
        using var scope = NewDisposeScope();
        using var quiet = inference_mode();
        const int size = 1024;
        var (a, b) = (rand(size, size), rand(size, size));
        var much = ones(64 << 20);                                // 256 MB: more than any cache
        var seconds = Timing.Shortest(9, () => mm(a, b).Dispose(), () => much.sum().Dispose());
        yield return new("sgemm 1024", 2.0 * size * size * size / seconds[0] / 1e9, "GFLOP/s");
        yield return new("read bandwidth", much.numel() * 4 / seconds[1] / 1e9, "GB/s");
    }
}
