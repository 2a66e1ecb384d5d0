using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Draws low-rank deltas that change nothing yet, as PEFT draws them.</summary>
internal static class FreshDeltas
{
    /// <summary>Draws a delta for each path; see the constructor of <see cref="Adapter"/>. Decomposed ones have the lengths of the weights as they are.</summary>
    public static IReadOnlyDictionary<string, ProjectionDelta> Draw(
        nn.Module transformer, IEnumerable<string> paths, int rank, double scale, int seed, Func<string, string> storedAs, bool isDecomposed = false, double dropout = 0)
    {
        ArgumentNullException.ThrowIfNull(transformer);
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        using var scope = NewDisposeScope();
        var weights = transformer.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        using var generator = new Generator((ulong)seed);
        SortedDictionary<string, ProjectionDelta> deltas = new(StringComparer.Ordinal);
        Dictionary<string, Parameter> shared = new(StringComparer.Ordinal);
        // Sorted, so that what is drawn depends on the seed and the set of paths alone.
        foreach (var path in paths.Distinct().Order(StringComparer.Ordinal))
        {
            if (!weights.TryGetValue(path + ".weight", out var weight) || weight.dim() != 2)
            {
                throw new ArgumentException($"An adapter's path must be a projection of the backbone, but '{path}' is not.", nameof(paths));
            }

            var (outputs, inputs) = (weight.shape[0], weight.shape[1]);
            if (!shared.TryGetValue(storedAs(path), out var a))
            {
                var bound = 1 / Math.Sqrt(inputs);                                      // Kaiming with a = √5
                var zeroToOne = rand([rank, inputs], generator: generator);
                shared.Add(storedAs(path), a = new(zeroToOne.sub(tensor(0.5f)).mul_(tensor((float)(2 * bound))).to(weight.device)));
            }

            var b = zeros([outputs, rank], device: weight.device);
            deltas.Add(path, isDecomposed
                ? new DecomposedDelta(a, b, scale, DecomposedDelta.Norm(weight.detach().to(float32)), dropout: dropout)
                : new LowRankDelta(a, b, scale, dropout: dropout));
        }

        return deltas;
    }
}
