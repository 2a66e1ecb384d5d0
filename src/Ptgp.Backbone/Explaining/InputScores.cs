using Ptgp.Backbone.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Explaining;

/// <summary>Scores as a function of the vectors that a backbone reads, with their graph: <c>[rows, length, width]</c> of float32 to <c>[scores]</c>.</summary>
/// <remarks>It is called several times, each time inside a dispose scope of its own, with gradients or without.</remarks>
public delegate Tensor InputScores(Tensor states);

/// <summary>Scores at one place, and how they change from there.</summary>
/// <param name="Scores">The scores.</param>
/// <param name="Gradients">The gradient of each, or of their sum alone, as long as the vectors are.</param>
internal readonly record struct InputSlopes(float[] Scores, IReadOnlyList<float[]> Gradients)
{
    /// <summary>Computes scores and gradients. No gradient is left anywhere, whatever weights the scores come through.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="values">Where: the vectors, one after another.</param>
    /// <param name="shape">Their shape, <c>[rows, length, width]</c>.</param>
    /// <param name="device">Their device.</param>
    /// <param name="each">Whether each score has a gradient of its own.</param>
    public static InputSlopes At(InputScores scores, float[] values, long[] shape, Device device, bool each)
    {
        using var usual = inference_mode(false);
        using var graph = enable_grad();
        using var scope = NewDisposeScope();
        var leaf = tensor(values, shape, float32, device, requires_grad: true);
        var found = scores(leaf);                                                                  // [scores]
        var whose = each ? [.. Enumerable.Range(0, (int)found.size(0)).Select(i => found.select(0, i))] : new[] { found.sum() };
        return new(Read(found), [.. whose.Select(score => score.requires_grad ? Read(autograd.grad([score], [leaf], retain_graph: true)[0]) : new float[values.Length])]);
    }

    /// <summary>Computes scores alone.</summary>
    public static float[] ScoresAt(InputScores scores, float[] values, long[] shape, Device device)
    {
        using var usual = inference_mode(false);
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        return Read(scores(tensor(values, shape, float32, device)));
    }

    /// <summary>Reads values back.</summary>
    public static float[] Read(Tensor values) => Host.Floats(values.detach().to_type(ScalarType.Float32).contiguous());
}
