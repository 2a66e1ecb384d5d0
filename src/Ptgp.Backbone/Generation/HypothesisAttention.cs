using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Generation;

/// <summary>Finds how finished hypotheses looked at their source, by one more pass over them: exact, and free for whoever does not ask.</summary>
internal static class HypothesisAttention
{
    /// <summary>Computes the maps of each hypothesis.</summary>
    /// <param name="transformer">The weights.</param>
    /// <param name="item">The request.</param>
    /// <param name="hypotheses">What was found for it.</param>
    /// <param name="wanted">Which maps.</param>
    /// <param name="source">What was read.</param>
    public static IReadOnlyList<IReadOnlyList<float[,]>> Of(Transformer transformer, EngineItem item, IReadOnlyList<RawHypothesis> hypotheses, AttentionRequest wanted, KeptStates source)
    {
        if (source.IsCausal)
        {
            throw new ArgumentException("Attention to the input was asked for, but this backbone has no encoder whose states it could look at. Ask for BackboneFeatures.Aligns in Needs.");
        }

        using var scope = NewDisposeScope();
        var sequences = hypotheses.Select(raw => item.WithoutEnd(raw).ToArray()).ToArray();
        var steps = sequences.Max(sequence => sequence.Length) - 1;
        if (steps == 0)
        {
            return [];
        }

        // The step that is fed one token chooses the next; the last one of a hypothesis is fed to none. What follows a shorter one changes nothing before it.
        var inputs = tensor(sequences.SelectMany(sequence => Enumerable.Range(0, steps).Select(at => (long)sequence[Math.Min(at, sequence.Length - 1)])).ToArray(), device: transformer.Device)
            .view(sequences.Length, steps);
        var (states, mask) = (source.States.expand(sequences.Length, -1, -1), source.Mask.expand(sequences.Length, -1));
        var capture = new StateCapture();
        transformer.DecodeInputs(new(new(states, mask), mask, isCausal: false, () => states), inputs, item.Request.Adapter, capture);
        // The map is of the input, without the prompt before it.
        var ahead = item.Request.Adapter?.Prompt?.Length ?? 0;
        var length = (int)source.Mask.sum().item<long>() - ahead;
        var maps = Chosen(capture.CrossAttentions, wanted).Select(map => Host.Floats(map.to(ScalarType.Float32).narrow(2, ahead, length).contiguous())).ToArray();
        return [.. sequences.Select((sequence, i) => (IReadOnlyList<float[,]>)[.. maps.Select(map => Rows(map.AsSpan(i * steps * length), sequence.Length - 1, length))])];
    }

    // Each [hypotheses, steps, source].
    private static IEnumerable<Tensor> Chosen(List<Tensor> layers, AttentionRequest request)
    {
        if (request.Heads is null)
        {
            return [layers.Select(layer => layer.mean([1])).Aggregate(Ops.Add).div(tensor((float)layers.Count, device: layers[0].device))];
        }

        return request.Heads.Select(head => head.Layer >= 0 && head.Layer < layers.Count && head.Head >= 0 && head.Head < layers[head.Layer].size(1)
            ? layers[head.Layer].select(1, head.Head)
            : throw new ArgumentException($"Attention of head {head.Head} of layer {head.Layer} was asked for, but the decoder has {layers.Count} layers of {layers[0].size(1)} heads, both counted from 0."));
    }

    private static float[,] Rows(ReadOnlySpan<float> values, int rows, int columns)
    {
        var map = new float[rows, columns];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                map[row, column] = values[(row * columns) + column];
            }
        }

        return map;
    }
}
