using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Draws bottlenecks that change nothing yet.</summary>
internal static class FreshBottlenecks
{
    // As in BERT and AdapterHub; the way up begins with zeros.
    private const double Deviation = 0.02;

    /// <summary>Finds the paths of the sublayers that are followed by one.</summary>
    public static IEnumerable<string> Paths(TransformerConfig config, BottleneckPlacement placement)
    {
        var stacks = new[] { ("encoder", config.Encoder?.Layers ?? 0), ("decoder", config.Decoder?.Layers ?? 0) };
        string[] sublayers = placement == BottleneckPlacement.Houlsby ? ["self_attention", "feed_forward"] : ["feed_forward"];
        return stacks.SelectMany(stack => Enumerable.Range(0, stack.Item2).SelectMany(layer => sublayers.Select(sublayer => $"{stack.Item1}.layers.{layer}.{sublayer}")));
    }

    /// <summary>Draws a bottleneck for each path; see the constructor of <see cref="Adapter"/>.</summary>
    public static IReadOnlyDictionary<string, Bottleneck> Draw(Transformer transformer, BottleneckPlacement placement, int narrow, int seed, Activation activation)
    {
        ArgumentNullException.ThrowIfNull(transformer);
        ArgumentOutOfRangeException.ThrowIfLessThan(narrow, 1);
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        var (width, device) = (transformer.Config.Width, transformer.Device);
        SortedDictionary<string, Bottleneck> drawn = new(StringComparer.Ordinal);
        foreach (var path in Paths(transformer.Config, placement))
        {
            var down = randn([narrow, width], generator: generator).mul_(tensor((float)Deviation)).to(device);
            drawn.Add(path, new(down, zeros([narrow], device: device), zeros([width, narrow], device: device), zeros([width], device: device), activation));
        }

        return drawn;
    }
}
