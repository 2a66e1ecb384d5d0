using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Makes factors that change nothing yet, for what the paper and PEFT scale: keys, values, and what the feed-forward layer reads on its way down ((IA)³, Liu et al. 2022).</summary>
internal static class FreshFactors
{
    private static readonly string[] outputs = ["k", "v"], inputs = ["down"];

    /// <summary>Makes them. What a checkpoint stores as one module has them together.</summary>
    public static IReadOnlyDictionary<string, ProjectionDelta> Make(PeftModules modules)
    {
        using var scope = NewDisposeScope();
        SortedDictionary<string, ProjectionDelta> deltas = new(StringComparer.Ordinal);
        foreach (var module in modules.All.Values.Where(module => module.IsProjection))
        {
            var ofInputs = module.Paths.Any(path => inputs.Contains(LastName(path)));
            if (!ofInputs && !module.Paths.Any(path => outputs.Contains(LastName(path))))
            {
                continue;
            }

            foreach (var (path, count) in module.Paths.Zip(module.Outputs))
            {
                deltas.Add(path, new ScalingDelta(ones([ofInputs ? module.Inputs : count], float32, modules.Transformer.Device), ofInputs));
            }
        }

        return deltas;

        static string LastName(string path) => path[(path.LastIndexOf('.') + 1)..];
    }
}
