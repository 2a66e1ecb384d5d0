using System.Text.RegularExpressions;
using Ptgp.Backbone;

namespace Ptgp.Host.Training;

/// <summary>How deep in a backbone its parameters lie, counted from the top: what layers at different depths learn may differ.</summary>
internal static partial class LayerPlaces
{
    /// <summary>
    /// Gets how deep a parameter lies: 0 above all layers, as final norms and output layers do; 1 in the topmost layer of its stack, and so on; below all layers, as embeddings and positions
    /// do, one deeper than the lowest.
    /// </summary>
    /// <param name="path">Its canonical name, or that of what acts on it, such as <c>encoder.layers.0.self_attention.q.A</c>.</param>
    /// <param name="config">The backbone's shape.</param>
    public static int Depth(string path, TransformerConfig config)
    {
        var (encoder, decoder) = (config.Encoder?.Layers ?? 0, config.Decoder?.Layers ?? 0);
        if (Layer().Match(path) is { Success: true } layer)
        {
            return (layer.Groups["stack"].Value == "encoder" ? encoder : decoder) - int.Parse(layer.Groups["layer"].Value, System.Globalization.CultureInfo.InvariantCulture);
        }

        return Above().IsMatch(path) ? 0
            : 1 + (path.StartsWith("encoder.", StringComparison.Ordinal) ? encoder : path.StartsWith("decoder.", StringComparison.Ordinal) ? decoder : Math.Max(encoder, decoder));
    }

    /// <summary>Tells whether a parameter is a table of tokens' embeddings, perhaps the output layer, too.</summary>
    public static bool IsEmbedding(string path) => Embeddings().IsMatch(path);

    [GeneratedRegex(@"^(?<stack>encoder|decoder)\.layers\.(?<layer>\d+)\.")]
    private static partial Regex Layer();

    // What adapters put before the input, or before what layers see, belongs to no layer.
    [GeneratedRegex(@"^((encoder|decoder)\.norm|output|output_transform|prompt|prefix|head)\.")]
    private static partial Regex Above();

    [GeneratedRegex(@"^(target_)?embeddings\.")]
    private static partial Regex Embeddings();
}
